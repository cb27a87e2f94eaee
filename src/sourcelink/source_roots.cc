// SPDX-License-Identifier: Apache-2.0
#include "sourcelink/source_roots.h"

#include <optional>
#include <system_error>

#include "base/text.h"

namespace sigla::sourcelink {
namespace {

namespace fs = std::filesystem;

constexpr int kDepthMax = 32;
constexpr std::size_t kRootCountMax = 10'000;

// The middle of "SECTION.middle.NAME".
std::optional<std::string_view> subsection(std::string_view key,
                                           std::string_view section,
                                           std::string_view name) {
  if (key.size() < section.size() + name.size() + 2 || !key.starts_with(section) ||
      !key.ends_with(name)) {
    return std::nullopt;
  }
  key.remove_prefix(section.size());
  key.remove_suffix(name.size());
  if (key.size() < 2 || key.front() != '.' || key.back() != '.') return std::nullopt;
  return key.substr(1, key.size() - 2);
}

bool is_relative(std::string_view url) { return url.starts_with("./") || url.starts_with("../"); }

class CheckoutReader {
 public:
  explicit CheckoutReader(std::string_view remote_name) : remote_name_(remote_name) {}

  Status read_outermost(const fs::path& directory) {
    SIGLA_TRY_ASSIGN(const GitRepository repository, read_git_repository(directory, false));
    checkout_.work_tree = repository.work_tree;
    const std::string url =
        apply_instead_of(repository.config, remote_url(repository.config, remote_name_));
    return add(repository, "", url, 0);
  }

  Checkout take() { return std::move(checkout_); }

 private:
  void warn(std::string text) { checkout_.warnings.push_back(std::move(text)); }

  Status add(const GitRepository& repository,
             const std::string& folder,
             const std::string& url,
             int depth) {
    const std::string name = repository.work_tree.string();
    if (repository.head.empty()) return malformed("{} has no commit yet", name);
    if (checkout_.roots.size() >= kRootCountMax || depth > kDepthMax) {
      return make_error(ErrorCode::kLimitExceeded, "{}: too many submodules", name);
    }
    checkout_.roots.push_back({folder, url, repository.head});
    if (url.empty()) {
      warn(fmt::format("{} has no remote: its sources have no URL", name));
    } else if (repository.is_on_remote == false) {
      warn(fmt::format("{}: commit {} is on no branch of a remote: push it, or its URLs are dead",
                       name,
                       repository.head.substr(0, 12)));
    }
    if (repository.has_changes) {
      warn(fmt::format("{} has changes that are not committed: URLs show other lines", name));
    }
    return add_submodules(repository, folder, url, depth);
  }

  Status add_submodules(const GitRepository& outer,
                        const std::string& folder,
                        const std::string& outer_url,
                        int depth) {
    for (const auto& [key, path] : outer.modules) {
      const auto name = subsection(key, "submodule", "path");
      std::error_code ignored;
      const fs::path inside = outer.work_tree / path;
      // Without .git it was never checked out, and nothing was compiled of it.
      if (!name || path.empty() || !fs::exists(inside / ".git", ignored)) continue;
      const fs::path relative = fs::path(path).lexically_normal();
      if (relative.is_absolute() || *relative.begin() == "..") {
        warn(fmt::format("submodule {} lies outside the repository: skipped", *name));
        continue;
      }
      auto inner = read_git_repository(inside, true);
      if (!inner.has_value()) {
        warn(fmt::format("submodule {} is skipped: {}", *name, inner.error().message()));
        continue;
      }
      std::string inner_folder = folder + relative.generic_string();
      if (!inner_folder.ends_with('/')) inner_folder += '/';
      SIGLA_TRY(
          add(*inner, inner_folder, submodule_url(outer, outer_url, *name, *inner), depth + 1));
    }
    return {};
  }

  std::string submodule_url(const GitRepository& outer,
                            const std::string& outer_url,
                            std::string_view name,
                            const GitRepository& inner) const {
    std::string url = config_value(outer.config, fmt::format("submodule.{}.url", name));
    if (url.empty()) url = remote_url(inner.config, {});
    if (url.empty()) url = config_value(outer.modules, fmt::format("submodule.{}.url", name));
    if (is_relative(url)) {
      if (outer_url.empty()) return {};
      url = resolve_relative_url(outer_url, url);
    }
    return apply_instead_of(outer.config, url);
  }

  std::string_view remote_name_;
  Checkout checkout_;
};

}  // namespace

std::string remote_url(const GitConfig& config, std::string_view remote_name) {
  const std::string_view wanted = remote_name.empty() ? "origin" : remote_name;
  const std::string url = config_value(config, fmt::format("remote.{}.url", wanted));
  if (!url.empty() || !remote_name.empty()) return url;
  std::string_view first_name;
  std::string first_url;
  for (const auto& [key, value] : config) {
    const auto name = subsection(key, "remote", "url");
    if (!name || value.empty() || (!first_url.empty() && *name > first_name)) continue;
    first_name = *name;
    first_url = value;
  }
  return first_url;
}

std::string apply_instead_of(const GitConfig& config, std::string_view url) {
  std::string_view base;
  std::string_view longest;
  for (const auto& [key, value] : config) {
    const auto replacement = subsection(key, "url", "insteadof");
    if (!replacement || value.size() <= longest.size() || !url.starts_with(value)) continue;
    base = *replacement;
    longest = value;
  }
  return std::string(base) + std::string(url.substr(longest.size()));
}

std::string resolve_relative_url(std::string_view base, std::string_view url) {
  if (!is_relative(url)) return std::string(url);
  while (base.ends_with('/')) base.remove_suffix(1);
  char separator = '/';
  while (is_relative(url)) {
    const bool is_up = url.starts_with("../");
    url.remove_prefix(is_up ? 3 : 2);
    if (!is_up) continue;
    // "host:r.git" ends at its colon, "https://host" at its host.
    const std::size_t end = base.find_last_of("/:");
    if (end == std::string_view::npos || base.substr(0, end + 1).ends_with("://")) continue;
    separator = base[end];
    base = base.substr(0, end);
  }
  return std::string(base) + separator + std::string(url);
}

Result<Checkout> read_checkout(const fs::path& directory, std::string_view remote_name) {
  CheckoutReader reader(remote_name);
  SIGLA_TRY(reader.read_outermost(directory));
  return reader.take();
}

}  // namespace sigla::sourcelink
