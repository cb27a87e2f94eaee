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
#include "http/target.h"

namespace sigla::app {

namespace {

constexpr std::string_view kProjects = "/api/v1/projects";

struct ProjectCommand {
  std::string action;
  std::vector<std::string> names;  // what stands behind the action
  bool is_private = false;
  bool json = false;
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
      "All of it needs an administrator's token.\n\n"
      "A project's symbols are served below /p/NAME/: give /p/NAME/symbols to Windows debuggers "
      "and Breakpad, and /p/NAME as the debuginfod URL.");
  line.synopsis("list [OPTION]...");
  line.synopsis("set NAME public|private|strict|lenient [OPTION]...");
  line.positionals(
      "create|list|set", &words, "what to do, and with which project", CommandLine::kAtLeastOne);
  line.flag("--private", &command.is_private, "create: reading needs a token, too");
  line.flag("--json", &command.json, "print the server's answer as it is");
  server.add_to(line);
  line.exit_status(kExitNo, "there is no such project, or create found that there is one");
  line.example("sigla project create engine --private", "a project that only tokens can read");
  line.example("sigla project list --server https://symbols.example", "all of a server's projects");
  line.example("sigla project set engine public", "lets everybody read it");
  if (const auto status = line.parse(arguments)) return *status;

  command.action = words.front();
  command.names.assign(words.begin() + 1, words.end());
  if (command.action != "create" && command.action != "list" && command.action != "set") {
    return fail(
        "project",
        make_error(
            ErrorCode::kInvalidArgument, "'{}' is none of create, list and set", command.action));
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
