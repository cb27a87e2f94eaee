// SPDX-License-Identifier: Apache-2.0
#include "app/server_access.h"

#include "app/data_folder.h"
#include "base/text.h"

namespace sigla::app {

namespace {

constexpr std::string_view kDefaultServer = "http://127.0.0.1:8484";

std::optional<std::string> environment(const std::function<const char*(const char*)>& get,
                                       const char* name) {
  const char* const value = get(name);
  if (value == nullptr || *value == '\0') return std::nullopt;
  return std::string(value);
}

std::string_view host_of(std::string_view url) {
  url.remove_prefix(url.find("://") + 3);
  const std::string_view authority = url.substr(0, url.find_first_of("/?#"));
  const std::string_view host = authority.substr(authority.rfind('@') + 1);
  if (host.starts_with('[')) return host.substr(0, host.find(']') + 1);
  return host.substr(0, host.find(':'));
}

Result<std::string> checked_token(std::string_view text) {
  const std::string_view token = trim(text);
  if (token.size() != 64 || !parse_hex_bytes(token)) {
    return make_error(ErrorCode::kInvalidArgument, "a token is 64 hexadecimal digits");
  }
  return lower(token);
}

}  // namespace

Result<std::string> normalise_server_url(std::string_view text) {
  std::string url(trim(text));
  if (url.find("://") == std::string::npos) url = "http://" + url;
  while (url.ends_with('/')) url.pop_back();
  const bool has_scheme = url.starts_with("http://") || url.starts_with("https://");
  if (!has_scheme || host_of(url).empty() || url.find_first_of("?# ") != std::string::npos) {
    return make_error(
        ErrorCode::kInvalidArgument, "'{}' is no server's URL, like http://host:8484", text);
  }
  return url;
}

bool is_on_this_machine(std::string_view url) {
  const std::string_view host = host_of(url);
  if (host == "localhost" || host == "[::1]") return true;
  return host.starts_with("127.") && host.find_first_not_of("0123456789.") == host.npos;
}

void ServerOptions::add_to(CommandLine& line) {
  line.option("--server",
              "URL",
              &server,
              "the server; otherwise the variable SIGLA_SERVER says it, or else it is "
              "http://127.0.0.1:8484");
  line.option("--token",
              "TOKEN",
              &token,
              "what the server knows you by, 64 digits; otherwise the variable SIGLA_TOKEN. Other "
              "users of this machine can see an option, but neither a variable nor a file");
  line.option("--token-file",
              "FILE",
              &token_file,
              "a file whose first line is the token. Without any of these, a server on this "
              "machine gets the token in ./sigla-data/admin.token, if you can read it");
}

Result<ServerAccess> ServerOptions::resolve(
    const std::function<const char*(const char*)>& get_environment,
    const std::filesystem::path& local_token) const {
  ServerAccess access;
  const auto named = server ? server : environment(get_environment, "SIGLA_SERVER");
  SIGLA_TRY_ASSIGN(access.url, normalise_server_url(named.value_or(std::string(kDefaultServer))));
  if (token && token_file) {
    return make_error(ErrorCode::kInvalidArgument, "--token and --token-file exclude each other");
  }
  if (token_file) {
    SIGLA_TRY_ASSIGN(access.token, read_token_file(*token_file));
    return access;
  }
  if (const auto given = token ? token : environment(get_environment, "SIGLA_TOKEN")) {
    SIGLA_TRY_ASSIGN(access.token, checked_token(*given));
    return access;
  }
  if (!is_on_this_machine(access.url)) return access;
  const auto local = read_token_file(local_token);
  if (local.has_value()) access.token = local.value();
  return access;
}

}  // namespace sigla::app
