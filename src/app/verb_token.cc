// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <boost/json.hpp>
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <string>
#include <vector>

#include "app/api_client.h"
#include "app/command_line.h"
#include "app/exit_code.h"
#include "app/text_table.h"
#include "app/token_expiry.h"
#include "app/verbs.h"
#include "base/json_writer.h"
#include "base/text.h"
#include "http/target.h"

namespace sigla::app {

namespace {

constexpr std::string_view kTokens = "/api/v1/tokens";

struct TokenCommand {
  std::string action;
  std::vector<std::string> ids;  // what stands behind the action
  std::optional<std::string> project;
  std::optional<std::string> name;
  std::vector<std::string> capabilities;
  std::optional<std::string> expires;
  std::optional<std::string> tag_glob;
  std::optional<std::string> name_glob;
  bool json = false;
};

// A member of an answer as text: numbers and lists of texts too; empty when it is not there.
std::string text_of(const boost::json::value& object, const char* name) {
  if (!object.is_object()) return {};
  const boost::json::value* value = object.get_object().if_contains(name);
  if (value == nullptr) return {};
  if (value->is_string()) return std::string(value->get_string());
  if (value->is_int64()) return std::to_string(value->get_int64());
  if (!value->is_array()) return {};
  std::string joined;
  for (const boost::json::value& member : value->get_array()) {
    if (!member.is_string()) continue;
    if (!joined.empty()) joined += ',';
    joined += std::string_view(member.get_string().data(), member.get_string().size());
  }
  return joined;
}

std::string or_else(std::string text, std::string_view otherwise) {
  return text.empty() ? std::string(otherwise) : text;
}

Result<std::string> table_of(std::string_view answer) {
  boost::json::error_code failure;
  const boost::json::value list = boost::json::parse({answer.data(), answer.size()}, failure);
  const boost::json::value* tokens = failure ? nullptr : list.find_pointer("/tokens", failure);
  if (tokens == nullptr || !tokens->is_array()) {
    return make_error(ErrorCode::kInternal, "the server's answer lists no tokens");
  }
  std::vector<std::vector<std::string>> rows = {
      {"ID", "NAME", "HINT", "PROJECT", "CAPABILITIES", "EXPIRES", "TAGS", "FILES"}};
  for (const boost::json::value& token : tokens->get_array()) {
    rows.push_back({text_of(token, "id"),
                    or_else(text_of(token, "name"), "-"),
                    text_of(token, "hint"),
                    or_else(text_of(token, "project"), "(all)"),
                    text_of(token, "capabilities"),
                    or_else(text_of(token, "expires_at"), "never"),
                    or_else(text_of(token, "tags"), "(any)"),
                    or_else(text_of(token, "files"), "(any)")});
  }
  return align_columns(rows);
}

// One a use of the option, or several between commas.
std::vector<std::string> split_capabilities(const std::vector<std::string>& given) {
  std::vector<std::string> names;
  for (const std::string& list : given) {
    for (const std::string_view name : split(list, ',')) {
      if (!trim(name).empty()) names.emplace_back(trim(name));
    }
  }
  return names;
}

Result<std::string> encode_request(const TokenCommand& command) {
  const std::vector<std::string> capabilities = split_capabilities(command.capabilities);
  if (capabilities.empty()) {
    return make_error(ErrorCode::kInvalidArgument, "--capability is needed");
  }
  const bool is_admin =
      std::find(capabilities.begin(), capabilities.end(), "admin") != capabilities.end();
  JsonWriter json;
  json.begin_object();
  // An administrator's token is for every project unless one is named.
  if (command.project || !is_admin) json.member("project", command.project.value_or("default"));
  if (command.name) json.member("name", *command.name);
  json.key("capabilities").begin_array();
  for (const std::string& capability : capabilities) json.value(capability);
  json.end_array();
  if (command.expires) {
    SIGLA_TRY_ASSIGN(const TokenExpiry expiry, TokenExpiry::parse(*command.expires));
    if (expiry.days) json.member("expires_in_days", *expiry.days);
    if (!expiry.time.empty()) json.member("expires_at", expiry.time);
  }
  if (command.tag_glob) json.member("tags", *command.tag_glob);
  if (command.name_glob) json.member("files", *command.name_glob);
  json.end_object();
  return std::move(json).take();
}

Result<std::string> create(const TokenCommand& command, ApiClient& client) {
  SIGLA_TRY_ASSIGN(std::string request, encode_request(command));
  SIGLA_TRY_ASSIGN(std::string answer, client.ask("POST", kTokens, std::move(request)));
  if (command.json) return answer + "\n";
  boost::json::error_code failure;
  const boost::json::value made = boost::json::parse(answer, failure);
  const std::string token = failure ? "" : text_of(made, "token");
  const boost::json::value* details = failure ? nullptr : made.find_pointer("/details", failure);
  if (token.empty() || details == nullptr) {
    return make_error(ErrorCode::kInternal, "the server's answer holds no token");
  }
  return fmt::format(
      "{}\n\nThis is token {} for {}, with {}, valid {}. Keep it now: the server has only its "
      "hash and cannot show it again.\n",
      token,
      text_of(*details, "id"),
      or_else(text_of(*details, "project"), "every project"),
      text_of(*details, "capabilities"),
      text_of(*details, "expires_at").empty() ? "until it is revoked"
                                              : "until " + text_of(*details, "expires_at"));
}

Result<std::string> list(const TokenCommand& command, ApiClient& client) {
  std::string path(kTokens);
  if (command.project) path += "?project=" + http::percent_encode(*command.project, false);
  SIGLA_TRY_ASSIGN(std::string answer, client.ask("GET", path));
  return command.json ? answer + "\n" : table_of(answer);
}

Result<std::string> revoke(const TokenCommand& command, ApiClient& client) {
  std::string text;
  for (const std::string& id : command.ids) {
    auto answer = client.ask("DELETE", fmt::format("{}/{}", kTokens, id));
    if (!answer.has_value()) return std::move(answer).error().in(id);
    text += fmt::format("token {} is revoked\n", id);
  }
  return text;
}

Result<std::string> run_command(const TokenCommand& command, ApiClient& client) {
  if (command.action == "revoke") return revoke(command, client);
  return command.action == "create" ? create(command, client) : list(command, client);
}

// What does not go together is found before the server is asked.
Status check(const TokenCommand& command) {
  const auto wrong = [](std::string_view what) {
    return make_error(ErrorCode::kInvalidArgument, "{}", what);
  };
  const bool revokes = command.action == "revoke";
  if (command.action != "create" && command.action != "list" && !revokes) {
    return wrong(fmt::format("'{}' is none of create, list and revoke", command.action));
  }
  if (!revokes && !command.ids.empty()) {
    return wrong(fmt::format("{}: '{}' is not expected", command.action, command.ids.front()));
  }
  if (revokes && command.ids.empty()) return wrong("revoke: which? `sigla token list` shows ids");
  for (const std::string& id : command.ids) {
    if (!parse_decimal(id)) return wrong(fmt::format("revoke: '{}' is no token's id", id));
  }
  return {};
}

void describe(CommandLine& line, TokenCommand& command, std::vector<std::string>& words) {
  line.synopsis("list [--project NAME] [OPTION]...");
  line.synopsis("revoke ID... [OPTION]...");
  line.positionals("create|list|revoke",
                   &words,
                   "what to do; revoke also takes the ids that list shows",
                   CommandLine::kAtLeastOne);
  line.option("--project",
              "NAME",
              &command.project,
              "the project the token is for, \"default\" unless given; with list, only its tokens");
  line.option("--capability",
              "NAME,...",
              &command.capabilities,
              "what the token allows; may be given several times");
  line.option("--name", "TEXT", &command.name, "what to call it, for people who read the list");
  line.option("--expires",
              "TIME",
              &command.expires,
              "when it ends to work: after so many days or weeks (90d, 4w), or at a time "
              "(2027-01-31, 2027-01-31T12:00:00Z, in UTC); never unless given");
  line.option(
      "--tag-glob", "GLOB", &command.tag_glob, "uploads may only have tags like this: 'release-*'");
  line.option("--name-glob",
              "GLOB",
              &command.name_glob,
              "uploads may only have files with names like this: '*.pdb'");
  line.flag("--json", &command.json, "print the server's answer as it is");
}

int run_token(const Verb& self, Arguments arguments) {
  TokenCommand command;
  ServerOptions server;
  std::vector<std::string> words;
  CommandLine line(
      self,
      "create --capability NAME,... [OPTION]...",
      "Manages the tokens by which a server knows who may do what. All of it needs an "
      "administrator's token, as a new server leaves one in DATA/admin.token.\n\n"
      "create makes a token and prints it, this once: 64 hexadecimal digits. The server keeps only "
      "its hash. list shows what it knows of each; the hint is how the token starts. revoke ends a "
      "token at once.\n\n"
      "Capabilities:\n"
      "  symbol:post   upload symbols\n"
      "  symbol:get    read the symbols of a private project\n"
      "  error:post    submit crash reports\n"
      "  object:get    read crash reports\n"
      "  query:post    search and read lists\n"
      "  sync:post     ask which symbols are missing\n"
      "  admin         everything, in the project or, without --project, in all");
  describe(line, command, words);
  server.add_to(line);
  line.exit_status(kExitNo, "there is no such token or project");
  line.example("sigla token create --capability symbol:post --name ci --expires 90d",
               "a token for the build machine");
  line.example(
      "sigla token create --project engine --capability symbol:get,query:post --name studio",
      "lets the people of a studio read a private project");
  line.example("sigla token list", "who has one");
  line.example("sigla token revoke 7", "token 7 of the list no longer works");
  if (const auto status = line.parse(arguments)) return *status;

  command.action = words.front();
  command.ids.assign(words.begin() + 1, words.end());
  const Status sense = check(command);
  if (!sense.has_value()) return fail("token", sense.error());
  const Result<ServerAccess> access = server.resolve(std::getenv);
  if (!access.has_value()) return fail("token", access.error());
  ApiClient client(access.value());
  const Result<std::string> text = run_command(command, client);
  if (!text.has_value()) return fail("token " + command.action, text.error());
  std::fputs(text->c_str(), stdout);
  return kExitDone;
}

}  // namespace

const Verb kVerbToken = {"token", "create, list and revoke access tokens", run_token};

}  // namespace sigla::app
