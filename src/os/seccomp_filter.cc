// SPDX-License-Identifier: Apache-2.0
#include "os/seccomp_filter.h"

#include <fcntl.h>
#include <sched.h>
#include <seccomp.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cerrno>
#include <initializer_list>
#include <memory>

namespace sigla {
namespace {

struct Release {
  void operator()(void* filter) const { seccomp_release(filter); }
};
using Filter = std::unique_ptr<void, Release>;

constexpr int kAllowed[] = {
    // memory
    SCMP_SYS(brk),
    SCMP_SYS(munmap),
    SCMP_SYS(mremap),
    SCMP_SYS(madvise),
    // open descriptors
    SCMP_SYS(read),
    SCMP_SYS(readv),
    SCMP_SYS(pread64),
    SCMP_SYS(preadv),
    SCMP_SYS(write),
    SCMP_SYS(writev),
    SCMP_SYS(pwrite64),
    SCMP_SYS(pwritev),
    SCMP_SYS(lseek),
    SCMP_SYS(fstat),
    SCMP_SYS(ftruncate),
    SCMP_SYS(fallocate),
    SCMP_SYS(fadvise64),
    SCMP_SYS(readahead),
    SCMP_SYS(copy_file_range),
    SCMP_SYS(fdatasync),
    SCMP_SYS(fsync),
    SCMP_SYS(close),
    SCMP_SYS(dup),
    SCMP_SYS(sendmsg),
    SCMP_SYS(recvmsg),
    SCMP_SYS(poll),
    SCMP_SYS(ppoll),
    SCMP_SYS(memfd_create),
    // time, chance, and who we are
    SCMP_SYS(clock_gettime),
    SCMP_SYS(clock_getres),
    SCMP_SYS(clock_nanosleep),
    SCMP_SYS(nanosleep),
    SCMP_SYS(gettimeofday),
    SCMP_SYS(time),
    SCMP_SYS(getrandom),
    SCMP_SYS(getpid),
    SCMP_SYS(gettid),
    SCMP_SYS(getrusage),
    SCMP_SYS(getcpu),
    SCMP_SYS(sched_yield),
    SCMP_SYS(sched_getaffinity),
    SCMP_SYS(uname),
    SCMP_SYS(sysinfo),
    // the C library at work
    SCMP_SYS(futex),
    SCMP_SYS(rseq),
    SCMP_SYS(set_robust_list),
    SCMP_SYS(rt_sigaction),
    SCMP_SYS(rt_sigprocmask),
    SCMP_SYS(rt_sigreturn),
    SCMP_SYS(sigaltstack),
    SCMP_SYS(restart_syscall),
    SCMP_SYS(exit),
    SCMP_SYS(exit_group),
};

// Libraries try these and live without: time zones, locales, character sets, terminals.
constexpr int kRefused[] = {
    SCMP_SYS(open),      SCMP_SYS(openat),     SCMP_SYS(openat2),  SCMP_SYS(creat),
    SCMP_SYS(stat),      SCMP_SYS(lstat),      SCMP_SYS(statx),    SCMP_SYS(access),
    SCMP_SYS(faccessat), SCMP_SYS(faccessat2), SCMP_SYS(readlink), SCMP_SYS(readlinkat),
    SCMP_SYS(getcwd),    SCMP_SYS(ioctl),      SCMP_SYS(getuid),   SCMP_SYS(geteuid),
    SCMP_SYS(getgid),    SCMP_SYS(getegid),    SCMP_SYS(unlink),   SCMP_SYS(unlinkat),
    SCMP_SYS(prctl),
};

// Collects the first failure of many additions.
class Rules {
 public:
  explicit Rules(void* filter) : filter_(filter) {}
  void add(std::uint32_t action, int call, std::initializer_list<scmp_arg_cmp> conditions = {}) {
    const int code = seccomp_rule_add_array(
        filter_, action, call, static_cast<unsigned>(conditions.size()), conditions.begin());
    if (code != 0 && code_ == 0) code_ = code;
  }
  int code() const { return code_; }

 private:
  void* filter_;
  int code_ = 0;
};

scmp_arg_cmp equals(unsigned argument, scmp_datum_t value) {
  return {.arg = argument, .op = SCMP_CMP_EQ, .datum_a = value, .datum_b = 0};
}
scmp_arg_cmp masked(unsigned argument, scmp_datum_t mask, scmp_datum_t value) {
  return {.arg = argument, .op = SCMP_CMP_MASKED_EQ, .datum_a = mask, .datum_b = value};
}

void add_conditional(Rules& rules) {
  // Never executable; shared mappings (which RLIMIT_DATA does not count) are for reading only.
  rules.add(
      SCMP_ACT_ALLOW, SCMP_SYS(mmap), {masked(2, PROT_EXEC, 0), masked(3, MAP_TYPE, MAP_PRIVATE)});
  rules.add(SCMP_ACT_ALLOW, SCMP_SYS(mmap), {masked(2, PROT_EXEC | PROT_WRITE, 0)});
  rules.add(SCMP_ACT_ALLOW, SCMP_SYS(mprotect), {masked(2, PROT_EXEC, 0)});
  // fstat() of the C library.
  rules.add(SCMP_ACT_ALLOW, SCMP_SYS(newfstatat), {masked(3, AT_EMPTY_PATH, AT_EMPTY_PATH)});
  rules.add(SCMP_ACT_ERRNO(EACCES), SCMP_SYS(newfstatat), {masked(3, AT_EMPTY_PATH, 0)});
  for (const int command : {F_DUPFD, F_DUPFD_CLOEXEC, F_GETFD, F_SETFD, F_GETFL, F_ADD_SEALS}) {
    rules.add(SCMP_ACT_ALLOW, SCMP_SYS(fcntl), {equals(1, static_cast<scmp_datum_t>(command))});
  }
  // Threads, but no processes. The flags of clone3 lie in memory, where no filter sees them: the C
  // library falls back to clone when the call is not there.
  rules.add(SCMP_ACT_ALLOW, SCMP_SYS(clone), {masked(0, CLONE_THREAD, CLONE_THREAD)});
  rules.add(SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3));
  // abort() signals itself; limits are set for oneself only, and hard ones cannot be raised.
  rules.add(SCMP_ACT_ALLOW, SCMP_SYS(tgkill), {equals(0, static_cast<scmp_datum_t>(::getpid()))});
  rules.add(SCMP_ACT_ALLOW, SCMP_SYS(prlimit64), {equals(0, 0)});
}

}  // namespace

Status load_seccomp_filter() {
  const Filter filter(seccomp_init(SCMP_ACT_KILL_PROCESS));
  if (filter == nullptr) return make_error(ErrorCode::kUnavailable, "seccomp_init failed");
  Rules rules(filter.get());
  for (const int call : kAllowed) rules.add(SCMP_ACT_ALLOW, call);
  for (const int call : kRefused) rules.add(SCMP_ACT_ERRNO(EACCES), call);
  add_conditional(rules);
  int code = rules.code();
  if (code == 0)
    code = seccomp_attr_set(filter.get(), SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS);
  if (code == 0) code = seccomp_attr_set(filter.get(), SCMP_FLTATR_CTL_OPTIMIZE, 2);
  if (code == 0) code = seccomp_load(filter.get());
  if (code != 0) {
    errno = -code;
    return errno_error("load the seccomp filter");
  }
  return {};
}

}  // namespace sigla
