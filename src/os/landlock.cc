// SPDX-License-Identifier: Apache-2.0
#include "os/landlock.h"

#include <sys/syscall.h>
#include <unistd.h>

#include <cstdint>

#include "os/file.h"

namespace sigla {
namespace {

// Our own, since Debian 12's <linux/landlock.h> ends at version 2.
struct RulesetAttributes {
  std::uint64_t handled_access_fs;
  std::uint64_t handled_access_net;
  std::uint64_t scoped;
};

constexpr std::uint32_t kCreateRulesetVersion = 1;
constexpr std::uint64_t kNetBindAndConnectTcp = 0x3;
constexpr std::uint64_t kScopeAbstractSocketsAndSignals = 0x3;

// How many file system rights each version knows; they are bits from 0.
unsigned fs_right_count(int version) {
  if (version >= 5) return 16;  // IOCTL_DEV
  if (version >= 3) return 15;  // TRUNCATE
  if (version == 2) return 14;  // REFER
  return 13;
}

}  // namespace

int landlock_version() {
  const long version =
      ::syscall(SYS_landlock_create_ruleset, nullptr, std::size_t{0}, kCreateRulesetVersion);
  return version < 0 ? 0 : static_cast<int>(version);
}

Status landlock_deny_all() {
  const int version = landlock_version();
  RulesetAttributes attributes{};
  attributes.handled_access_fs = (1ULL << fs_right_count(version)) - 1;
  std::size_t size = sizeof(attributes.handled_access_fs);
  if (version >= 4) {
    attributes.handled_access_net = kNetBindAndConnectTcp;
    size += sizeof(attributes.handled_access_net);
  }
  if (version >= 6) {
    attributes.scoped = kScopeAbstractSocketsAndSignals;
    size += sizeof(attributes.scoped);
  }
  const File ruleset(
      static_cast<int>(::syscall(SYS_landlock_create_ruleset, &attributes, size, 0U)));
  if (!ruleset.is_open()) return errno_error("landlock_create_ruleset");
  if (::syscall(SYS_landlock_restrict_self, ruleset.fd(), 0U) != 0) {
    return errno_error("landlock_restrict_self");
  }
  return {};
}

}  // namespace sigla
