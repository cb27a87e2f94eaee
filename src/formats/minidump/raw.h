// SPDX-License-Identifier: Apache-2.0
// On-disk structures and constants of minidumps, in the spelling of minidumpapiset.h (MINIDUMP_*)
// and, for the extensions of Breakpad and Crashpad, of their headers (MDRaw*, MD_*).
//
//   offset 0   MINIDUMP_HEADER: signature "MDMP", directory position, stream count
//   anywhere   MINIDUMP_DIRECTORY[]: stream type, size, file offset ("RVA")
//
// All integers are in the byte order of the machine that wrote the dump; the signature tells which.
// Each structure is read field by field with read(), so nothing here depends on the host's layout.
#pragma once

#include <array>
#include <cstdint>

#include "base/byte_reader.h"

namespace sigla::minidump {

inline constexpr std::uint32_t MINIDUMP_SIGNATURE = 0x504d444d;  // "MDMP"
inline constexpr std::uint16_t MINIDUMP_VERSION = 0xa793;        // low half of the version field

// MINIDUMP_STREAM_TYPE
enum StreamType : std::uint32_t {
  UnusedStream = 0,
  ThreadListStream = 3,
  ModuleListStream = 4,
  MemoryListStream = 5,
  ExceptionStream = 6,
  SystemInfoStream = 7,
  ThreadExListStream = 8,
  Memory64ListStream = 9,
  CommentStreamA = 10,
  CommentStreamW = 11,
  HandleDataStream = 12,
  FunctionTableStream = 13,
  UnloadedModuleListStream = 14,
  MiscInfoStream = 15,
  MemoryInfoListStream = 16,
  ThreadInfoListStream = 17,
  HandleOperationListStream = 18,
  TokenStream = 19,
  JavaScriptDataStream = 20,
  SystemMemoryInfoStream = 21,
  ProcessVmCountersStream = 22,
  ThreadNamesStream = 24,
  MD_BREAKPAD_INFO_STREAM = 0x47670001,
  MD_ASSERTION_INFO_STREAM = 0x47670002,
  MD_LINUX_CPU_INFO = 0x47670003,
  MD_LINUX_PROC_STATUS = 0x47670004,
  MD_LINUX_LSB_RELEASE = 0x47670005,
  MD_LINUX_CMD_LINE = 0x47670006,
  MD_LINUX_ENVIRON = 0x47670007,
  MD_LINUX_AUXV = 0x47670008,
  MD_LINUX_MAPS = 0x47670009,
  MD_LINUX_DSO_DEBUG = 0x4767000a,
  MD_CRASHPAD_INFO_STREAM = 0x43500001,
  STABILITY_REPORT_STREAM = 0x4b6b0002,      // Chromium's
  MOZ_MACOS_CRASH_INFO_STREAM = 0x4d7a0001,  // these four: Mozilla's
  MOZ_MACOS_BOOTARGS_STREAM = 0x4d7a0002,
  MOZ_LINUX_LIMITS = 0x4d7a0003,
  MOZ_SOFT_ERRORS = 0x4d7a0004,
};

// PROCESSOR_ARCHITECTURE_*, and Breakpad's additions above 0x8000.
enum ProcessorArchitecture : std::uint16_t {
  PROCESSOR_ARCHITECTURE_INTEL = 0,
  PROCESSOR_ARCHITECTURE_MIPS = 1,
  PROCESSOR_ARCHITECTURE_ALPHA = 2,
  PROCESSOR_ARCHITECTURE_PPC = 3,
  PROCESSOR_ARCHITECTURE_SHX = 4,
  PROCESSOR_ARCHITECTURE_ARM = 5,
  PROCESSOR_ARCHITECTURE_IA64 = 6,
  PROCESSOR_ARCHITECTURE_AMD64 = 9,
  PROCESSOR_ARCHITECTURE_IA32_ON_WIN64 = 10,
  PROCESSOR_ARCHITECTURE_ARM64 = 12,
  MD_CPU_ARCHITECTURE_SPARC = 0x8001,
  MD_CPU_ARCHITECTURE_PPC64 = 0x8002,
  MD_CPU_ARCHITECTURE_ARM64_OLD = 0x8003,
  MD_CPU_ARCHITECTURE_MIPS64 = 0x8004,
  MD_CPU_ARCHITECTURE_RISCV = 0x8005,
  MD_CPU_ARCHITECTURE_RISCV64 = 0x8006,
};

// VER_PLATFORM_*, and Breakpad's additions above 0x8000.
enum PlatformId : std::uint32_t {
  VER_PLATFORM_WIN32s = 0,
  VER_PLATFORM_WIN32_WINDOWS = 1,
  VER_PLATFORM_WIN32_NT = 2,
  MD_OS_UNIX = 0x8000,
  MD_OS_MAC_OS_X = 0x8101,
  MD_OS_IOS = 0x8102,
  MD_OS_LINUX = 0x8201,
  MD_OS_SOLARIS = 0x8202,
  MD_OS_ANDROID = 0x8203,
  MD_OS_PS3 = 0x8204,
  MD_OS_NACL = 0x8205,
  MD_OS_FUCHSIA = 0x8206,
};

struct MINIDUMP_LOCATION_DESCRIPTOR {
  static constexpr std::size_t kSize = 8;
  std::uint32_t DataSize = 0;
  std::uint32_t Rva = 0;

  static MINIDUMP_LOCATION_DESCRIPTOR read(ByteReader& reader) {
    MINIDUMP_LOCATION_DESCRIPTOR r;
    r.DataSize = reader.u32();
    r.Rva = reader.u32();
    return r;
  }
};

struct MINIDUMP_MEMORY_DESCRIPTOR {
  static constexpr std::size_t kSize = 16;
  std::uint64_t StartOfMemoryRange = 0;
  MINIDUMP_LOCATION_DESCRIPTOR Memory;

  static MINIDUMP_MEMORY_DESCRIPTOR read(ByteReader& reader) {
    MINIDUMP_MEMORY_DESCRIPTOR r;
    r.StartOfMemoryRange = reader.u64();
    r.Memory = MINIDUMP_LOCATION_DESCRIPTOR::read(reader);
    return r;
  }
};

struct MINIDUMP_HEADER {
  static constexpr std::size_t kSize = 32;
  std::uint32_t Signature = 0;
  std::uint32_t Version = 0;
  std::uint32_t NumberOfStreams = 0;
  std::uint32_t StreamDirectoryRva = 0;
  std::uint32_t CheckSum = 0;
  std::uint32_t TimeDateStamp = 0;
  std::uint64_t Flags = 0;

  static MINIDUMP_HEADER read(ByteReader& reader) {
    MINIDUMP_HEADER r;
    r.Signature = reader.u32();
    r.Version = reader.u32();
    r.NumberOfStreams = reader.u32();
    r.StreamDirectoryRva = reader.u32();
    r.CheckSum = reader.u32();
    r.TimeDateStamp = reader.u32();
    r.Flags = reader.u64();
    return r;
  }
};

struct MINIDUMP_DIRECTORY {
  static constexpr std::size_t kSize = 12;
  std::uint32_t StreamType = 0;
  MINIDUMP_LOCATION_DESCRIPTOR Location;

  static MINIDUMP_DIRECTORY read(ByteReader& reader) {
    MINIDUMP_DIRECTORY r;
    r.StreamType = reader.u32();
    r.Location = MINIDUMP_LOCATION_DESCRIPTOR::read(reader);
    return r;
  }
};

struct MINIDUMP_THREAD {
  static constexpr std::size_t kSize = 48;
  std::uint32_t ThreadId = 0;
  std::uint32_t SuspendCount = 0;
  std::uint32_t PriorityClass = 0;
  std::uint32_t Priority = 0;
  std::uint64_t Teb = 0;
  MINIDUMP_MEMORY_DESCRIPTOR Stack;
  MINIDUMP_LOCATION_DESCRIPTOR ThreadContext;

  static MINIDUMP_THREAD read(ByteReader& reader) {
    MINIDUMP_THREAD r;
    r.ThreadId = reader.u32();
    r.SuspendCount = reader.u32();
    r.PriorityClass = reader.u32();
    r.Priority = reader.u32();
    r.Teb = reader.u64();
    r.Stack = MINIDUMP_MEMORY_DESCRIPTOR::read(reader);
    r.ThreadContext = MINIDUMP_LOCATION_DESCRIPTOR::read(reader);
    return r;
  }
};

inline constexpr std::uint32_t VS_FFI_SIGNATURE = 0xfeef04bd;
inline constexpr std::uint32_t VS_FFI_STRUCVERSION = 0x00010000;

struct VS_FIXEDFILEINFO {
  static constexpr std::size_t kSize = 52;
  std::uint32_t dwSignature = 0;
  std::uint32_t dwStrucVersion = 0;
  std::uint32_t dwFileVersionMS = 0;
  std::uint32_t dwFileVersionLS = 0;

  static VS_FIXEDFILEINFO read(ByteReader& reader) {
    VS_FIXEDFILEINFO r;
    r.dwSignature = reader.u32();
    r.dwStrucVersion = reader.u32();
    r.dwFileVersionMS = reader.u32();
    r.dwFileVersionLS = reader.u32();
    reader.skip(kSize - 16);  // product version, flags, file type and date: nobody asks for them
    return r;
  }
};

struct MINIDUMP_MODULE {
  static constexpr std::size_t kSize = 108;
  std::uint64_t BaseOfImage = 0;
  std::uint32_t SizeOfImage = 0;
  std::uint32_t CheckSum = 0;
  std::uint32_t TimeDateStamp = 0;
  std::uint32_t ModuleNameRva = 0;
  VS_FIXEDFILEINFO VersionInfo;
  MINIDUMP_LOCATION_DESCRIPTOR CvRecord;
  MINIDUMP_LOCATION_DESCRIPTOR MiscRecord;

  static MINIDUMP_MODULE read(ByteReader& reader) {
    MINIDUMP_MODULE r;
    r.BaseOfImage = reader.u64();
    r.SizeOfImage = reader.u32();
    r.CheckSum = reader.u32();
    r.TimeDateStamp = reader.u32();
    r.ModuleNameRva = reader.u32();
    r.VersionInfo = VS_FIXEDFILEINFO::read(reader);
    r.CvRecord = MINIDUMP_LOCATION_DESCRIPTOR::read(reader);
    r.MiscRecord = MINIDUMP_LOCATION_DESCRIPTOR::read(reader);
    reader.skip(16);  // Reserved0, Reserved1
    return r;
  }
};

struct MINIDUMP_UNLOADED_MODULE {
  static constexpr std::size_t kSize = 24;
  std::uint64_t BaseOfImage = 0;
  std::uint32_t SizeOfImage = 0;
  std::uint32_t CheckSum = 0;
  std::uint32_t TimeDateStamp = 0;
  std::uint32_t ModuleNameRva = 0;

  static MINIDUMP_UNLOADED_MODULE read(ByteReader& reader) {
    MINIDUMP_UNLOADED_MODULE r;
    r.BaseOfImage = reader.u64();
    r.SizeOfImage = reader.u32();
    r.CheckSum = reader.u32();
    r.TimeDateStamp = reader.u32();
    r.ModuleNameRva = reader.u32();
    return r;
  }
};

// The first four bytes of a CodeView record.
inline constexpr std::uint32_t CV_SIGNATURE_RSDS = 0x53445352;  // "RSDS": GUID, age, path
inline constexpr std::uint32_t CV_SIGNATURE_NB10 = 0x3031424e;  // "NB10": offset, stamp, age, path
inline constexpr std::uint32_t MD_CVINFOELF_SIGNATURE = 0x4270454c;  // "LEpB": an ELF build id

inline constexpr std::size_t EXCEPTION_MAXIMUM_PARAMETERS = 15;

struct MINIDUMP_EXCEPTION_STREAM {
  static constexpr std::size_t kSize = 168;
  std::uint32_t ThreadId = 0;
  std::uint32_t ExceptionCode = 0;
  std::uint32_t ExceptionFlags = 0;
  std::uint64_t ExceptionRecord = 0;
  std::uint64_t ExceptionAddress = 0;
  std::uint32_t NumberParameters = 0;
  std::array<std::uint64_t, EXCEPTION_MAXIMUM_PARAMETERS> ExceptionInformation{};
  MINIDUMP_LOCATION_DESCRIPTOR ThreadContext;

  static MINIDUMP_EXCEPTION_STREAM read(ByteReader& reader) {
    MINIDUMP_EXCEPTION_STREAM r;
    r.ThreadId = reader.u32();
    reader.skip(4);  // alignment
    r.ExceptionCode = reader.u32();
    r.ExceptionFlags = reader.u32();
    r.ExceptionRecord = reader.u64();
    r.ExceptionAddress = reader.u64();
    r.NumberParameters = reader.u32();
    reader.skip(4);  // alignment
    for (std::uint64_t& parameter : r.ExceptionInformation) parameter = reader.u64();
    r.ThreadContext = MINIDUMP_LOCATION_DESCRIPTOR::read(reader);
    return r;
  }
};

struct MINIDUMP_SYSTEM_INFO {
  static constexpr std::size_t kSize = 56;
  std::uint16_t ProcessorArchitecture = 0;
  std::uint16_t ProcessorLevel = 0;
  std::uint16_t ProcessorRevision = 0;
  std::uint8_t NumberOfProcessors = 0;
  std::uint8_t ProductType = 0;
  std::uint32_t MajorVersion = 0;
  std::uint32_t MinorVersion = 0;
  std::uint32_t BuildNumber = 0;
  std::uint32_t PlatformId = 0;
  std::uint32_t CSDVersionRva = 0;
  std::uint16_t SuiteMask = 0;
  // CPU_INFORMATION, a union: x86 has the vendor's twelve letters in the first three words, ARM the
  // CPUID and the kernel's hardware capability bits in the first two.
  std::array<std::uint32_t, 6> Cpu{};

  static MINIDUMP_SYSTEM_INFO read(ByteReader& reader) {
    MINIDUMP_SYSTEM_INFO r;
    r.ProcessorArchitecture = reader.u16();
    r.ProcessorLevel = reader.u16();
    r.ProcessorRevision = reader.u16();
    r.NumberOfProcessors = reader.u8();
    r.ProductType = reader.u8();
    r.MajorVersion = reader.u32();
    r.MinorVersion = reader.u32();
    r.BuildNumber = reader.u32();
    r.PlatformId = reader.u32();
    r.CSDVersionRva = reader.u32();
    r.SuiteMask = reader.u16();
    reader.skip(2);
    for (std::uint32_t& word : r.Cpu) word = reader.u32();
    return r;
  }
};

struct MINIDUMP_MEMORY_INFO {
  static constexpr std::size_t kSize = 48;
  std::uint64_t BaseAddress = 0;
  std::uint64_t AllocationBase = 0;
  std::uint32_t AllocationProtect = 0;
  std::uint64_t RegionSize = 0;
  std::uint32_t State = 0;
  std::uint32_t Protect = 0;
  std::uint32_t Type = 0;

  static MINIDUMP_MEMORY_INFO read(ByteReader& reader) {
    MINIDUMP_MEMORY_INFO r;
    r.BaseAddress = reader.u64();
    r.AllocationBase = reader.u64();
    r.AllocationProtect = reader.u32();
    reader.skip(4);
    r.RegionSize = reader.u64();
    r.State = reader.u32();
    r.Protect = reader.u32();
    r.Type = reader.u32();
    reader.skip(4);
    return r;
  }
};

// MINIDUMP_MISC_INFO::Flags1
inline constexpr std::uint32_t MINIDUMP_MISC1_PROCESS_ID = 0x1;
inline constexpr std::uint32_t MINIDUMP_MISC1_PROCESS_TIMES = 0x2;
inline constexpr std::uint32_t MINIDUMP_MISC4_BUILDSTRING = 0x100;

// MDRawBreakpadInfo::validity
inline constexpr std::uint32_t MD_BREAKPAD_INFO_VALID_DUMP_THREAD_ID = 1U << 0U;
inline constexpr std::uint32_t MD_BREAKPAD_INFO_VALID_REQUESTING_THREAD_ID = 1U << 1U;

// MDRawAssertionInfo::type
inline constexpr std::uint32_t MD_ASSERTION_INFO_TYPE_INVALID_PARAMETER = 1;
inline constexpr std::uint32_t MD_ASSERTION_INFO_TYPE_PURE_VIRTUAL_CALL = 2;

// CONTEXT::ContextFlags: the high bits name the processor.
inline constexpr std::uint32_t CONTEXT_CPU_MASK = 0xffffff00;
inline constexpr std::uint32_t CONTEXT_X86 = 0x00010000;
inline constexpr std::uint32_t CONTEXT_MIPS = 0x00040000;
inline constexpr std::uint32_t CONTEXT_MIPS64 = 0x00080000;
inline constexpr std::uint32_t CONTEXT_AMD64 = 0x00100000;
inline constexpr std::uint32_t CONTEXT_ARM64 = 0x00400000;
inline constexpr std::uint32_t CONTEXT_RISCV = 0x00800000;
inline constexpr std::uint32_t CONTEXT_PPC64 = 0x01000000;
inline constexpr std::uint32_t CONTEXT_RISCV64 = 0x08000000;
inline constexpr std::uint32_t CONTEXT_SPARC = 0x10000000;
inline constexpr std::uint32_t CONTEXT_PPC = 0x20000000;
inline constexpr std::uint32_t CONTEXT_ARM = 0x40000000;
inline constexpr std::uint32_t CONTEXT_ARM_OLD = 0x00000040;
inline constexpr std::uint32_t CONTEXT_ARM64_OLD = 0x80000000;

}  // namespace sigla::minidump
