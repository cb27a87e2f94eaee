// SPDX-License-Identifier: Apache-2.0
// Which server a verb talks to, and with which token: the options --server, --token and
// --token-file, the variables SIGLA_SERVER and SIGLA_TOKEN, and the defaults behind them.
//
//   ServerOptions options;
//   options.add_to(line);
//   if (const auto status = line.parse(arguments)) return *status;
//   const Result<ServerAccess> access = options.resolve(std::getenv);
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "app/command_line.h"
#include "base/result.h"

namespace sigla::app {

struct ServerAccess {
  std::string url;    // "http://127.0.0.1:8484", without a slash at the end
  std::string token;  // empty when there is none
};

struct ServerOptions {
  std::optional<std::string> server;
  std::optional<std::string> token;
  std::optional<std::string> token_file;

  void add_to(CommandLine& line);

  // Errors: kInvalidArgument for what is no URL or no token; of the token file.
  // `local_token` stands for ./sigla-data/admin.token; it is read when nothing names a token, and
  // only for a server on this machine: nobody else shall see it.
  Result<ServerAccess> resolve(
      const std::function<const char*(const char*)>& get_environment,
      const std::filesystem::path& local_token = "./sigla-data/admin.token") const;
};

// "host:8484" is "http://host:8484".
Result<std::string> normalise_server_url(std::string_view text);
bool is_on_this_machine(std::string_view url);

}  // namespace sigla::app
