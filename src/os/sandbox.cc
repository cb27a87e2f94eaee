// SPDX-License-Identifier: Apache-2.0
#include "os/sandbox.h"

#include <grp.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <csignal>
#include <ctime>

#include "base/checked.h"
#include "os/landlock.h"
#include "os/seccomp_filter.h"

namespace sigla {
namespace {

constexpr uid_t kNobody = 65534;
// Enough for the symbol files of one dump, each open only while it is being mapped.
constexpr rlim_t kOpenFilesMax = 512;
// Code, libraries, stacks and guard pages.
constexpr std::uint64_t kOwnAddressSpace = 1ULL << 30U;

// Containers may have no such user or no right to become it; then nothing is lost.
bool become_nobody() {
  if (::geteuid() != 0) return true;
  return ::setgroups(0, nullptr) == 0 && ::setresgid(kNobody, kNobody, kNobody) == 0 &&
         ::setresuid(kNobody, kNobody, kNobody) == 0;
}

Status limit(decltype(RLIMIT_AS) resource, rlim_t value, const char* name) {
  // A stricter limit that is there already stays.
  rlimit current{};
  if (::getrlimit(resource, &current) != 0) return errno_error(name);
  if (current.rlim_max < value) value = current.rlim_max;
  const rlimit wanted{.rlim_cur = value, .rlim_max = value};
  if (::setrlimit(resource, &wanted) != 0) return errno_error(name);
  return {};
}

Status limit_resources(const Limits& limits) {
  // Memory that we allocate is RLIMIT_DATA; the address space also holds mapped input, which may be
  // much larger and costs nothing but page cache.
  const std::uint64_t address_space =
      checked_add(limits.worker_memory_size_max,
                  checked_add(limits.entry_size_max, kOwnAddressSpace).value_or(UINT64_MAX))
          .value_or(RLIM_INFINITY);
  SIGLA_TRY(limit(RLIMIT_DATA, limits.worker_memory_size_max, "RLIMIT_DATA"));
  SIGLA_TRY(limit(RLIMIT_AS, address_space, "RLIMIT_AS"));
  SIGLA_TRY(limit(RLIMIT_FSIZE, limits.entry_size_max, "RLIMIT_FSIZE"));
  SIGLA_TRY(limit(RLIMIT_NOFILE, kOpenFilesMax, "RLIMIT_NOFILE"));
  return limit(RLIMIT_CORE, 0, "RLIMIT_CORE");
}

}  // namespace

Result<std::vector<std::string>> enter_sandbox(const Limits& limits) {
  std::vector<std::string> missing;
  if (!become_nobody()) missing.emplace_back("a user of its own");
  // After the change of user, which resets both.
  if (::prctl(PR_SET_PDEATHSIG, SIGKILL) != 0) return errno_error("PR_SET_PDEATHSIG");
  if (::prctl(PR_SET_DUMPABLE, 0) != 0) return errno_error("PR_SET_DUMPABLE");
  if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return errno_error("PR_SET_NO_NEW_PRIVS");
  // Writing past RLIMIT_FSIZE is an error that a job can report, not a reason to die.
  ::signal(SIGXFSZ, SIG_IGN);
  SIGLA_TRY(limit_resources(limits));
  if (landlock_version() == 0) {
    missing.emplace_back("Landlock");
  } else {
    SIGLA_TRY(landlock_deny_all());
  }
  if (const Status status = load_seccomp_filter(); !status.has_value()) {
    missing.push_back("seccomp (" + status.error().message() + ")");
    // The filter lets threads start and nothing else. This limit cannot tell them from processes
    // (and counts all of the user's), so without the filter there are neither.
    SIGLA_TRY(limit(RLIMIT_NPROC, 0, "RLIMIT_NPROC"));
  }
  return missing;
}

Status limit_cpu_from_now(std::uint32_t seconds) {
  timespec used{};
  if (::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used) != 0) return errno_error("clock_gettime");
  rlimit current{};
  if (::getrlimit(RLIMIT_CPU, &current) != 0) return errno_error("RLIMIT_CPU");
  // The kernel counts whole seconds, so this rounds up.
  current.rlim_cur = static_cast<rlim_t>(used.tv_sec) + 1 + seconds;
  if (current.rlim_cur > current.rlim_max) current.rlim_cur = current.rlim_max;
  if (::setrlimit(RLIMIT_CPU, &current) != 0) return errno_error("RLIMIT_CPU");
  return {};
}

}  // namespace sigla
