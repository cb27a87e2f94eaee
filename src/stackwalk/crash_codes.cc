// SPDX-License-Identifier: Apache-2.0
// Names of exception codes: winnt.h, signal.h of Linux and Solaris, lv2, Zircon and Mach, with the
// values Breakpad's handlers store (google_breakpad/common/minidump_exception_*.h).
#include "stackwalk/crash_codes.h"

#include <algorithm>
#include <span>

namespace sigla {
namespace {

struct CodeName {
  std::uint32_t code;
  std::string_view name;
};

constexpr CodeName kWindows[] = {
    {0x517a7ed, "Simulated Exception"},
    {0x40010005, "DBG_CONTROL_C"},
    {0x80000001, "EXCEPTION_GUARD_PAGE"},
    {0x80000002, "EXCEPTION_DATATYPE_MISALIGNMENT"},
    {0x80000003, "EXCEPTION_BREAKPOINT"},
    {0x80000004, "EXCEPTION_SINGLE_STEP"},
    {0xc0000008, "EXCEPTION_INVALID_HANDLE"},
    {0xc000001d, "EXCEPTION_ILLEGAL_INSTRUCTION"},
    {0xc0000025, "EXCEPTION_NONCONTINUABLE_EXCEPTION"},
    {0xc0000026, "EXCEPTION_INVALID_DISPOSITION"},
    {0xc000008c, "EXCEPTION_BOUNDS_EXCEEDED"},
    {0xc000008d, "EXCEPTION_FLT_DENORMAL_OPERAND"},
    {0xc000008e, "EXCEPTION_FLT_DIVIDE_BY_ZERO"},
    {0xc000008f, "EXCEPTION_FLT_INEXACT_RESULT"},
    {0xc0000090, "EXCEPTION_FLT_INVALID_OPERATION"},
    {0xc0000091, "EXCEPTION_FLT_OVERFLOW"},
    {0xc0000092, "EXCEPTION_FLT_STACK_CHECK"},
    {0xc0000093, "EXCEPTION_FLT_UNDERFLOW"},
    {0xc0000094, "EXCEPTION_INT_DIVIDE_BY_ZERO"},
    {0xc0000095, "EXCEPTION_INT_OVERFLOW"},
    {0xc0000096, "EXCEPTION_PRIV_INSTRUCTION"},
    {0xc00000fd, "EXCEPTION_STACK_OVERFLOW"},
    {0xc00000ff, "EXCEPTION_BAD_FUNCTION_TABLE"},
    {0xc0000194, "EXCEPTION_POSSIBLE_DEADLOCK"},
    {0xc0000374, "EXCEPTION_HEAP_CORRUPTION"},
    {0xe0000008, "Out of Memory"},
    {0xe06d7363, "Unhandled C++ Exception"},
};

constexpr CodeName kWindowsFastFail[] = {
    {0x1, "FAST_FAIL_VTGUARD_CHECK_FAILURE"},
    {0x2, "FAST_FAIL_STACK_COOKIE_CHECK_FAILURE"},
    {0x3, "FAST_FAIL_CORRUPT_LIST_ENTRY"},
    {0x4, "FAST_FAIL_INCORRECT_STACK"},
    {0x5, "FAST_FAIL_INVALID_ARG"},
    {0x6, "FAST_FAIL_GS_COOKIE_INIT"},
    {0x7, "FAST_FAIL_FATAL_APP_EXIT"},
    {0x8, "FAST_FAIL_RANGE_CHECK_FAILURE"},
    {0x9, "FAST_FAIL_UNSAFE_REGISTRY_ACCESS"},
    {0xa, "FAST_FAIL_GUARD_ICALL_CHECK_FAILURE"},
    {0xb, "FAST_FAIL_GUARD_WRITE_CHECK_FAILURE"},
    {0xc, "FAST_FAIL_INVALID_FIBER_SWITCH"},
    {0xd, "FAST_FAIL_INVALID_SET_OF_CONTEXT"},
    {0xe, "FAST_FAIL_INVALID_REFERENCE_COUNT"},
    {0x12, "FAST_FAIL_INVALID_JUMP_BUFFER"},
    {0x13, "FAST_FAIL_MRDATA_MODIFIED"},
    {0x14, "FAST_FAIL_CERTIFICATION_FAILURE"},
    {0x15, "FAST_FAIL_INVALID_EXCEPTION_CHAIN"},
    {0x16, "FAST_FAIL_CRYPTO_LIBRARY"},
    {0x17, "FAST_FAIL_INVALID_CALL_IN_DLL_CALLOUT"},
    {0x18, "FAST_FAIL_INVALID_IMAGE_BASE"},
    {0x19, "FAST_FAIL_DLOAD_PROTECTION_FAILURE"},
    {0x1a, "FAST_FAIL_UNSAFE_EXTENSION_CALL"},
    {0x1b, "FAST_FAIL_DEPRECATED_SERVICE_INVOKED"},
    {0x1c, "FAST_FAIL_INVALID_BUFFER_ACCESS"},
    {0x1d, "FAST_FAIL_INVALID_BALANCED_TREE"},
    {0x1e, "FAST_FAIL_INVALID_NEXT_THREAD"},
    {0x1f, "FAST_FAIL_GUARD_ICALL_CHECK_SUPPRESSED"},
    {0x20, "FAST_FAIL_APCS_DISABLED"},
    {0x21, "FAST_FAIL_INVALID_IDLE_STATE"},
    {0x22, "FAST_FAIL_MRDATA_PROTECTION_FAILURE"},
    {0x23, "FAST_FAIL_UNEXPECTED_HEAP_EXCEPTION"},
    {0x24, "FAST_FAIL_INVALID_LOCK_STATE"},
    {0x25, "FAST_FAIL_GUARD_JUMPTABLE"},
    {0x26, "FAST_FAIL_INVALID_LONGJUMP_TARGET"},
    {0x27, "FAST_FAIL_INVALID_DISPATCH_CONTEXT"},
    {0x28, "FAST_FAIL_INVALID_THREAD"},
    {0x29, "FAST_FAIL_INVALID_SYSCALL_NUMBER"},
    {0x2a, "FAST_FAIL_INVALID_FILE_OPERATION"},
    {0x2b, "FAST_FAIL_LPAC_ACCESS_DENIED"},
    {0x2c, "FAST_FAIL_GUARD_SS_FAILURE"},
    {0x2d, "FAST_FAIL_LOADER_CONTINUITY_FAILURE"},
    {0x2e, "FAST_FAIL_GUARD_EXPORT_SUPPRESSION_FAILURE"},
    {0x2f, "FAST_FAIL_INVALID_CONTROL_STACK"},
    {0x30, "FAST_FAIL_SET_CONTEXT_DENIED"},
    {0x31, "FAST_FAIL_INVALID_IAT"},
    {0x32, "FAST_FAIL_HEAP_METADATA_CORRUPTION"},
    {0x33, "FAST_FAIL_PAYLOAD_RESTRICTION_VIOLATION"},
    {0x34, "FAST_FAIL_LOW_LABEL_ACCESS_DENIED"},
    {0x35, "FAST_FAIL_ENCLAVE_CALL_FAILURE"},
    {0x36, "FAST_FAIL_UNHANDLED_LSS_EXCEPTON"},
    {0x37, "FAST_FAIL_ADMINLESS_ACCESS_DENIED"},
    {0x38, "FAST_FAIL_UNEXPECTED_CALL"},
    {0x39, "FAST_FAIL_CONTROL_INVALID_RETURN_ADDRESS"},
    {0x3a, "FAST_FAIL_UNEXPECTED_HOST_BEHAVIOR"},
    {0x3b, "FAST_FAIL_FLAGS_CORRUPTION"},
    {0x3c, "FAST_FAIL_VEH_CORRUPTION"},
    {0x3d, "FAST_FAIL_ETW_CORRUPTION"},
    {0x3e, "FAST_FAIL_RIO_ABORT"},
    {0x3f, "FAST_FAIL_INVALID_PFN"},
    {0x40, "FAST_FAIL_GUARD_ICALL_CHECK_FAILURE_XFG"},
    {0x41, "FAST_FAIL_CAST_GUARD"},
    {0x42, "FAST_FAIL_HOST_VISIBILITY_CHANGE"},
    {0x43, "FAST_FAIL_KERNEL_CET_SHADOW_STACK_ASSIST"},
    {0x44, "FAST_FAIL_PATCH_CALLBACK_FAILED"},
    {0x45, "FAST_FAIL_NTDLL_PATCH_FAILED"},
    {0x46, "FAST_FAIL_INVALID_FLS_DATA"},
};

constexpr CodeName kLinuxSignals[] = {
    {0x1, "SIGHUP"},   {0x2, "SIGINT"},     {0x3, "SIGQUIT"},  {0x5, "SIGTRAP"},
    {0x6, "SIGABRT"},  {0x9, "SIGKILL"},    {0xa, "SIGUSR1"},  {0xc, "SIGUSR2"},
    {0xd, "SIGPIPE"},  {0xe, "SIGALRM"},    {0xf, "SIGTERM"},  {0x10, "SIGSTKFLT"},
    {0x11, "SIGCHLD"}, {0x12, "SIGCONT"},   {0x13, "SIGSTOP"}, {0x14, "SIGTSTP"},
    {0x15, "SIGTTIN"}, {0x16, "SIGTTOU"},   {0x17, "SIGURG"},  {0x18, "SIGXCPU"},
    {0x19, "SIGXFSZ"}, {0x1a, "SIGVTALRM"}, {0x1b, "SIGPROF"}, {0x1c, "SIGWINCH"},
    {0x1d, "SIGIO"},   {0x1e, "SIGPWR"},    {0x1f, "SIGSYS"},  {0xffffffff, "DUMP_REQUESTED"},
};

constexpr CodeName kLinuxSigill[] = {
    {0x1, "ILL_ILLOPC"},
    {0x2, "ILL_ILLOPN"},
    {0x3, "ILL_ILLADR"},
    {0x4, "ILL_ILLTRP"},
    {0x5, "ILL_PRVOPC"},
    {0x6, "ILL_PRVREG"},
    {0x7, "ILL_COPROC"},
    {0x8, "ILL_BADSTK"},
};

constexpr CodeName kLinuxSigbus[] = {
    {0x1, "BUS_ADRALN"},
    {0x2, "BUS_ADRERR"},
    {0x3, "BUS_OBJERR"},
    {0x4, "BUS_MCEERR_AR"},
    {0x5, "BUS_MCEERR_AO"},
};

constexpr CodeName kLinuxSigfpe[] = {
    {0x1, "FPE_INTDIV"},
    {0x2, "FPE_INTOVF"},
    {0x3, "FPE_FLTDIV"},
    {0x4, "FPE_FLTOVF"},
    {0x5, "FPE_FLTUND"},
    {0x6, "FPE_FLTRES"},
    {0x7, "FPE_FLTINV"},
    {0x8, "FPE_FLTSUB"},
};

constexpr CodeName kLinuxSigsegv[] = {
    {0x1, "SEGV_MAPERR"},
    {0x2, "SEGV_ACCERR"},
    {0x3, "SEGV_BNDERR"},
    {0x4, "SEGV_PKUERR"},
    {0x5, "SEGV_ACCADI"},
    {0x6, "SEGV_ADIDERR"},
    {0x7, "SEGV_ADIPERR"},
    {0x8, "SEGV_MTEAERR"},
    {0x9, "SEGV_MTESERR"},
};

constexpr CodeName kSolarisSignals[] = {
    {0x1, "SIGHUP"},           {0x2, "SIGINT"},      {0x3, "SIGQUIT"},
    {0x4, "SIGILL"},           {0x5, "SIGTRAP"},     {0x6, "SIGIOT | SIGABRT"},
    {0x7, "SIGEMT"},           {0x8, "SIGFPE"},      {0x9, "SIGKILL"},
    {0xa, "SIGBUS"},           {0xb, "SIGSEGV"},     {0xc, "SIGSYS"},
    {0xd, "SIGPIPE"},          {0xe, "SIGALRM"},     {0xf, "SIGTERM"},
    {0x10, "SIGUSR1"},         {0x11, "SIGUSR2"},    {0x12, "SIGCLD | SIGCHLD"},
    {0x13, "SIGPWR"},          {0x14, "SIGWINCH"},   {0x15, "SIGURG"},
    {0x16, "SIGPOLL | SIGIO"}, {0x17, "SIGSTOP"},    {0x18, "SIGTSTP"},
    {0x19, "SIGCONT"},         {0x1a, "SIGTTIN"},    {0x1b, "SIGTTOU"},
    {0x1c, "SIGVTALRM"},       {0x1d, "SIGPROF"},    {0x1e, "SIGXCPU"},
    {0x1f, "SIGXFSZ"},         {0x20, "SIGWAITING"}, {0x21, "SIGLWP"},
    {0x22, "SIGFREEZE"},       {0x23, "SIGTHAW"},    {0x24, "SIGCANCEL"},
    {0x25, "SIGLOST"},         {0x26, "SIGXRES"},    {0x27, "SIGJVM1"},
    {0x28, "SIGJVM2"},
};

constexpr CodeName kPs3[] = {
    {0x0, "UNKNOWN"},
    {0x1, "TRAP_EXCEP"},
    {0x2, "PRIV_INSTR"},
    {0x3, "ILLEGAL_INSTR"},
    {0x4, "INSTR_STORAGE"},
    {0x5, "INSTR_SEGMENT"},
    {0x6, "DATA_STORAGE"},
    {0x7, "DATA_SEGMENT"},
    {0x8, "FLOAT_POINT"},
    {0x9, "DABR_MATCH"},
    {0xa, "ALIGN_EXCEP"},
    {0xb, "MEMORY_ACCESS"},
    {0xc, "COPRO_ALIGN"},
    {0xd, "COPRO_INVALID_COM"},
    {0xe, "COPRO_ERR"},
    {0xf, "COPRO_FIR"},
    {0x10, "COPRO_DATA_SEGMENT"},
    {0x11, "COPRO_DATA_STORAGE"},
    {0x12, "COPRO_STOP_INSTR"},
    {0x13, "COPRO_HALT_INSTR"},
    {0x14, "COPRO_HALTINSTR_UNKNOWN"},
    {0x15, "COPRO_MEMORY_ACCESS"},
    {0x16, "GRAPHIC"},
};

constexpr CodeName kFuchsia[] = {
    {0x8, "GENERAL"},
    {0x108, "FATAL_PAGE_FAULT"},
    {0x208, "UNDEFINED_INSTRUCTION"},
    {0x308, "SW_BREAKPOINT"},
    {0x408, "HW_BREAKPOINT"},
    {0x508, "UNALIGNED_ACCESS"},
    {0x8008, "THREAD_STARTING"},
    {0x8108, "THREAD_EXITING"},
    {0x8208, "POLICY_ERROR"},
    {0x8308, "PROCESS_STARTING"},
};

// A Mach exception, and which processor's codes it comes with.
enum class MachArch : std::uint8_t { kAny, kX86, kArm, kPpc };
struct MachCode {
  std::uint32_t exception;
  MachArch arch;
  std::uint32_t code;
  std::string_view name;
};

constexpr CodeName kMachExceptions[] = {
    {0x1, "EXC_BAD_ACCESS"},
    {0x2, "EXC_BAD_INSTRUCTION"},
    {0x3, "EXC_ARITHMETIC"},
    {0x4, "EXC_EMULATION"},
    {0x5, "EXC_SOFTWARE"},
    {0x6, "EXC_BREAKPOINT"},
    {0x7, "EXC_SYSCALL"},
    {0x8, "EXC_MACH_SYSCALL"},
    {0x9, "EXC_RPC_ALERT"},
    {0xb, "EXC_RESOURCE"},
    {0xc, "EXC_GUARD"},
    {0x43506e78, "Uncaught NSException"},
    {0x43507378, "Simulated Exception"},
};

constexpr MachCode kMachCodes[] = {
    {1, MachArch::kAny, 0x1, "KERN_INVALID_ADDRESS"},
    {1, MachArch::kAny, 0x2, "KERN_PROTECTION_FAILURE"},
    {1, MachArch::kAny, 0x8, "KERN_NO_ACCESS"},
    {1, MachArch::kAny, 0x9, "KERN_MEMORY_FAILURE"},
    {1, MachArch::kAny, 0xa, "KERN_MEMORY_ERROR"},
    {1, MachArch::kAny, 0x32, "KERN_CODESIGN_ERROR"},
    {1, MachArch::kArm, 0x101, "EXC_ARM_DA_ALIGN"},
    {1, MachArch::kArm, 0x102, "EXC_ARM_DA_DEBUG"},
    {1, MachArch::kPpc, 0x101, "EXC_PPC_VM_PROT_READ"},
    {1, MachArch::kPpc, 0x102, "EXC_PPC_BADSPACE"},
    {1, MachArch::kPpc, 0x103, "EXC_PPC_UNALIGNED"},
    {1, MachArch::kX86, 0xd, "EXC_I386_GPFLT"},
    {2, MachArch::kArm, 0x1, "EXC_ARM_UNDEFINED"},
    {2, MachArch::kPpc, 0x1, "EXC_PPC_INVALID_SYSCALL"},
    {2, MachArch::kPpc, 0x2, "EXC_PPC_UNIPL_INST"},
    {2, MachArch::kPpc, 0x3, "EXC_PPC_PRIVINST"},
    {2, MachArch::kPpc, 0x4, "EXC_PPC_PRIVREG"},
    {2, MachArch::kPpc, 0x5, "EXC_PPC_TRACE"},
    {2, MachArch::kPpc, 0x6, "EXC_PPC_PERFMON"},
    {2, MachArch::kX86, 0x1, "EXC_I386_INVOP"},
    {2, MachArch::kX86, 0xa, "EXC_I386_INVTSSFLT"},
    {2, MachArch::kX86, 0xb, "EXC_I386_SEGNPFLT"},
    {2, MachArch::kX86, 0xc, "EXC_I386_STKFLT"},
    {2, MachArch::kX86, 0xd, "EXC_I386_GPFLT"},
    {2, MachArch::kX86, 0x11, "EXC_I386_ALIGNFLT"},
    {3, MachArch::kPpc, 0x1, "EXC_PPC_OVERFLOW"},
    {3, MachArch::kPpc, 0x2, "EXC_PPC_ZERO_DIVIDE"},
    {3, MachArch::kPpc, 0x3, "EXC_FLT_INEXACT"},
    {3, MachArch::kPpc, 0x4, "EXC_PPC_FLT_ZERO_DIVIDE"},
    {3, MachArch::kPpc, 0x5, "EXC_PPC_FLT_UNDERFLOW"},
    {3, MachArch::kPpc, 0x6, "EXC_PPC_FLT_OVERFLOW"},
    {3, MachArch::kPpc, 0x7, "EXC_PPC_FLT_NOT_A_NUMBER"},
    {3, MachArch::kPpc, 0x8, "EXC_PPC_NOEMULATION"},
    {3, MachArch::kPpc, 0x9, "EXC_PPC_ALTIVECASSIST"},
    {3, MachArch::kX86, 0x1, "EXC_I386_DIV"},
    {3, MachArch::kX86, 0x2, "EXC_I386_INTO"},
    {3, MachArch::kX86, 0x3, "EXC_I386_NOEXT"},
    {3, MachArch::kX86, 0x4, "EXC_I386_EXTOVR"},
    {3, MachArch::kX86, 0x5, "EXC_I386_EXTERR"},
    {3, MachArch::kX86, 0x6, "EXC_I386_EMERR"},
    {3, MachArch::kX86, 0x7, "EXC_I386_BOUND"},
    {3, MachArch::kX86, 0x8, "EXC_I386_SSEEXTERR"},
    {5, MachArch::kAny, 0x10002, "SIGABRT"},
    {5, MachArch::kAny, 0xdeadc0de, "UNCAUGHT_NS_EXCEPTION"},
    {5, MachArch::kAny, 0x1, "EXC_PPC_TRAP"},
    {5, MachArch::kAny, 0x10100, "EXC_PPC_MIGRATE"},
    {6, MachArch::kArm, 0x101, "EXC_ARM_DA_ALIGN"},
    {6, MachArch::kArm, 0x102, "EXC_ARM_DA_DEBUG"},
    {6, MachArch::kArm, 0x1, "EXC_ARM_BREAKPOINT"},
    {6, MachArch::kPpc, 0x1, "EXC_PPC_BREAKPOINT"},
    {6, MachArch::kX86, 0x1, "EXC_I386_SGL"},
    {6, MachArch::kX86, 0x2, "EXC_I386_BPT"},
};

template <std::size_t kCount>
std::string_view find(const CodeName (&table)[kCount], std::uint32_t code) {
  const auto* found = std::find_if(
      std::begin(table), std::end(table), [code](const CodeName& c) { return c.code == code; });
  return found == std::end(table) ? std::string_view() : found->name;
}

MachArch mach_arch(std::uint16_t architecture) {
  switch (architecture) {
    case minidump::PROCESSOR_ARCHITECTURE_INTEL:
    case minidump::PROCESSOR_ARCHITECTURE_AMD64:
      return MachArch::kX86;
    case minidump::PROCESSOR_ARCHITECTURE_ARM:
    case minidump::MD_CPU_ARCHITECTURE_ARM64_OLD:
      return MachArch::kArm;
    case minidump::PROCESSOR_ARCHITECTURE_PPC:
      return MachArch::kPpc;
    default:
      return MachArch::kAny;
  }
}

}  // namespace

std::string_view windows_exception_name(std::uint32_t code) { return find(kWindows, code); }
std::string_view windows_fast_fail_name(std::uint32_t code) { return find(kWindowsFastFail, code); }
std::string_view linux_signal_name(std::uint32_t signal) { return find(kLinuxSignals, signal); }
std::string_view solaris_signal_name(std::uint32_t signal) { return find(kSolarisSignals, signal); }
std::string_view ps3_exception_name(std::uint32_t code) { return find(kPs3, code); }
std::string_view fuchsia_exception_name(std::uint32_t code) { return find(kFuchsia, code); }
std::string_view mach_exception_name(std::uint32_t code) { return find(kMachExceptions, code); }

std::string_view linux_signal_code_name(std::uint32_t signal, std::uint32_t code) {
  switch (signal) {
    case kLinuxSigillSignal:
      return find(kLinuxSigill, code);
    case kLinuxSigbusSignal:
      return find(kLinuxSigbus, code);
    case kLinuxSigfpeSignal:
      return find(kLinuxSigfpe, code);
    case kLinuxSigsegvSignal:
      return find(kLinuxSigsegv, code);
    default:
      return {};
  }
}

std::string_view mach_code_name(std::uint32_t exception,
                                std::uint32_t code,
                                std::uint16_t architecture) {
  const MachArch arch = mach_arch(architecture);
  const auto* found =
      std::find_if(std::begin(kMachCodes), std::end(kMachCodes), [&](const MachCode& c) {
        return c.exception == exception && c.code == code &&
               (c.arch == MachArch::kAny || c.arch == arch);
      });
  return found == std::end(kMachCodes) ? std::string_view() : found->name;
}

}  // namespace sigla
