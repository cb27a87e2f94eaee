// SPDX-License-Identifier: Apache-2.0
#include <boost/json.hpp>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "app/api_client.h"
#include "app/command_line.h"
#include "app/exit_code.h"
#include "app/text_table.h"
#include "app/verbs.h"
#include "base/json_writer.h"
#include "base/text.h"
#include "http/target.h"
#include "os/file.h"

namespace sigla::app {

namespace {

constexpr std::string_view kProjects = "/api/v1/projects";

// Credentials of hosts, a line each: as `sigla source --credentials` reads them.
Result<std::vector<std::string>> lines_of(const std::string& path) {
  constexpr std::uint64_t kSizeMax = 1U << 20;
  SIGLA_TRY_ASSIGN(const Buffer content, read_file(path, kSizeMax));
  std::vector<std::string> lines;
  for (const std::string_view raw : split(as_text(content), '\n')) {
    const std::string_view line = trim(raw);
    if (!line.empty() && !line.starts_with('#')) lines.emplace_back(line);
  }
  return lines;
}

struct ProjectCommand {
  std::string action;
  std::vector<std::string> names;  // what stands behind the action
  bool is_private = false;
  bool json = false;
  std::string credentials_file;
  std::string removed_host;
  std::optional<std::string> tag_url;
};

Result<std::string> table_of(std::string_view answer) {
  boost::json::error_code failure;
  const boost::json::value list = boost::json::parse({answer.data(), answer.size()}, failure);
  const boost::json::value* projects = failure ? nullptr : list.find_pointer("/projects", failure);
  if (projects == nullptr || !projects->is_array()) {
    return make_error(ErrorCode::kInternal, "the server's answer lists no projects");
  }
  std::vector<std::vector<std::string>> rows = {{"NAME", "READING", "PACKAGES", "CREATED"}};
  for (const boost::json::value& project : projects->get_array()) {
    const auto text = [&](const char* pointer) -> std::string {
      const boost::json::value* value = project.find_pointer(pointer, failure);
      return value != nullptr && value->is_string() ? std::string(value->get_string()) : "";
    };
    const auto flag = [&](const char* pointer) {
      const boost::json::value* value = project.find_pointer(pointer, failure);
      return value != nullptr && value->is_bool() && value->get_bool();
    };
    rows.push_back({text("/name"),
                    flag("/public") ? "public" : "private",
                    flag("/strict_packages") ? "strict" : "lenient",
                    text("/created_at")});
  }
  return align_columns(rows);
}

Result<std::string> create(ApiClient& client, const std::string& name, bool is_private, bool json) {
  JsonWriter body;
  body.begin_object().member("name", name).member("public", !is_private).end_object();
  SIGLA_TRY_ASSIGN(std::string answer, client.ask("POST", kProjects, std::move(body).take()));
  if (json) return answer + "\n";
  return fmt::format("project {} is made; reading it is {}\n",
                     name,
                     is_private ? "for tokens with symbol:get (private)" : "open (public)");
}

// `how`: "public" or "private", "strict" or "lenient".
Result<std::string> set(ApiClient& client,
                        const std::string& name,
                        const std::string& how,
                        bool json) {
  const std::string path = fmt::format("{}/{}", kProjects, http::percent_encode(name, false));
  JsonWriter body;
  body.begin_object();
  if (how == "public" || how == "private") {
    body.member("public", how == "public");
  } else {
    body.member("strict_packages", how == "strict");
  }
  body.end_object();
  SIGLA_TRY_ASSIGN(std::string answer, client.ask("PUT", path, std::move(body).take()));
  if (json) return answer + "\n";
  return fmt::format("project {} is {} now\n", name, how);
}

Result<std::string> table_of_hosts(std::string_view answer) {
  boost::json::error_code failure;
  const boost::json::value list = boost::json::parse({answer.data(), answer.size()}, failure);
  const boost::json::value* hosts = failure ? nullptr : list.find_pointer("/hosts", failure);
  if (hosts == nullptr || !hosts->is_array()) {
    return make_error(ErrorCode::kInternal, "the server's answer lists no hosts");
  }
  const auto text = [&](const boost::json::value& value, const char* pointer) -> std::string {
    const boost::json::value* member = value.find_pointer(pointer, failure);
    return member != nullptr && member->is_string() ? std::string(member->get_string()) : "-";
  };
  std::vector<std::vector<std::string>> rows = {{"HOST", "IS SHOWN"}};
  for (const boost::json::value& host : hosts->get_array()) {
    rows.push_back({text(host, "/host"), text(host, "/header")});
  }
  rows.push_back({"tag url", text(list, "/tag_url")});
  return align_columns(rows);
}

// Credentials go to the server and never come back.
Result<std::string> hosts(ApiClient& client, const ProjectCommand& command) {
  const std::string path =
      fmt::format("{}/{}/source-hosts", kProjects, http::percent_encode(command.names[0], false));
  if (!command.credentials_file.empty()) {
    SIGLA_TRY_ASSIGN(const auto lines, lines_of(command.credentials_file));
    for (const std::string& line : lines) {
      const std::size_t equals = std::min(line.find('='), line.size());
      JsonWriter body;
      body.begin_object().member("host", line.substr(0, equals));
      body.member("credential", line.substr(std::min(equals + 1, line.size()))).end_object();
      SIGLA_TRY(client.ask("PUT", path, std::move(body).take()));
    }
  }
  if (command.tag_url) {
    JsonWriter body;
    body.begin_object().member("tag_url", *command.tag_url).end_object();
    SIGLA_TRY(client.ask("PUT", path, std::move(body).take()));
  }
  if (!command.removed_host.empty()) {
    SIGLA_TRY(
        client.ask("DELETE", path + "?host=" + http::percent_encode(command.removed_host, false)));
  }
  SIGLA_TRY_ASSIGN(std::string answer, client.ask("GET", path));
  return command.json ? answer + "\n" : table_of_hosts(answer);
}

Result<std::string> run_command(const ProjectCommand& command, ApiClient& client) {
  const std::vector<std::string>& names = command.names;
  if (command.action == "list") {
    if (!names.empty()) return make_error(ErrorCode::kInvalidArgument, "list takes no name");
    SIGLA_TRY_ASSIGN(std::string answer, client.ask("GET", kProjects));
    return command.json ? answer + "\n" : table_of(answer);
  }
  if (command.action == "create") {
    if (names.size() != 1) {
      return make_error(ErrorCode::kInvalidArgument, "create takes the name of one project");
    }
    return create(client, names[0], command.is_private, command.json);
  }
  if (command.action == "hosts") {
    if (names.size() != 1) {
      return make_error(ErrorCode::kInvalidArgument, "hosts takes the name of one project");
    }
    return hosts(client, command);
  }
  const bool is_known = names.size() == 2 && (names[1] == "public" || names[1] == "private" ||
                                              names[1] == "strict" || names[1] == "lenient");
  if (!is_known) {
    return make_error(ErrorCode::kInvalidArgument,
                      "set takes a name and 'public', 'private', 'strict' or 'lenient'");
  }
  return set(client, names[0], names[1], command.json);
}

int run_project(const Verb& self, Arguments arguments) {
  ProjectCommand command;
  ServerOptions server;
  std::vector<std::string> words;
  CommandLine line(
      self,
      "create NAME [--private] [OPTION]...",
      "Manages a server's projects. Each has symbols, tokens and a history of its own; a server "
      "starts with one called \"default\".\n\n"
      "create makes a project, list shows all of them, set says who may read one: anybody who can "
      "reach the server (public), or only who has a token with symbol:get (private). Writing "
      "always needs a token. set also says how NuGet packages are checked: by every rule of "
      "NuGet.org (strict), or only so that what is broken is refused (lenient, as projects start). "
      "hosts says what the hosts of its sources are shown when sources are fetched; it is kept and "
      "never told. All of it needs an administrator's token.\n\n"
      "A project's symbols are served below /p/NAME/: give /p/NAME/symbols to Windows debuggers "
      "and Breakpad, and /p/NAME as the debuginfod URL.");
  line.synopsis("list [OPTION]...");
  line.synopsis("set NAME public|private|strict|lenient [OPTION]...");
  line.synopsis("hosts NAME [--credentials FILE] [--remove HOST] [--tag-url URL] [OPTION]...");
  line.option("--credentials",
              "FILE",
              &command.credentials_file,
              "hosts: what they are shown, a line each: HOST=bearer:TOKEN, "
              "HOST=basic:USER:PASSWORD, HOST=header:NAME:VALUE, or HOST=none for a host of your "
              "own network");
  line.option("--remove", "HOST", &command.removed_host, "hosts: forget what HOST is shown");
  line.option("--tag-url",
              "URL",
              &command.tag_url,
              "hosts: where sources are by the tag of an upload: https://HOST/raw/{tag}/*; empty: "
              "nowhere");
  line.positionals("create|list|set|hosts",
                   &words,
                   "what to do, and with which project",
                   CommandLine::kAtLeastOne);
  line.flag("--private", &command.is_private, "create: reading needs a token, too");
  line.flag("--json", &command.json, "print the server's answer as it is");
  server.add_to(line);
  line.exit_status(kExitNo, "there is no such project, or create found that there is one");
  line.example("sigla project create engine --private", "a project that only tokens can read");
  line.example("sigla project list --server https://symbols.example", "all of a server's projects");
  line.example("sigla project set engine public", "lets everybody read it");
  line.example("sigla project hosts engine --credentials hosts.txt",
               "lets the server fetch the sources of private repositories");
  if (const auto status = line.parse(arguments)) return *status;

  command.action = words.front();
  command.names.assign(words.begin() + 1, words.end());
  if (command.action != "create" && command.action != "list" && command.action != "set" &&
      command.action != "hosts") {
    return fail("project",
                make_error(ErrorCode::kInvalidArgument,
                           "'{}' is none of create, list, set and hosts",
                           command.action));
  }
  const Result<ServerAccess> access = server.resolve(std::getenv);
  if (!access.has_value()) return fail("project", access.error());
  ApiClient client(access.value());
  const Result<std::string> text = run_command(command, client);
  if (!text.has_value()) return fail("project " + command.action, text.error());
  std::fputs(text->c_str(), stdout);
  return kExitDone;
}

}  // namespace

const Verb kVerbProject = {"project", "create, list and open or close projects", run_project};

}  // namespace sigla::app
