// SPDX-License-Identifier: Apache-2.0
// Kinds whose tools need another system, or a paste of several things.
#include <gmock/gmock.h>

#include "formats/trace/kind.h"
#include "testing/matchers.h"

namespace sigla::trace {
namespace {

using testing::SizeIs;

Trace read(std::string_view text) { return recognise(text, Limits()); }
std::string_view at(std::string_view text, const Span& span) {
  return text.substr(span.offset, span.size);
}

TEST(TraceKinds, Gdb) {
  constexpr std::string_view kText =
      "Thread 2 (Thread 0x7ffff7a006c0 (LWP 4391)):\n"
      "#0  0x0000555555555151 in ?? ()\n"
      "#1  <signal handler called>\n"
      "#2  0x00007ffff7d8d5d0 in abort () from /lib/libc.so.6\n"
      "#3  0x00007ffff7d8d600 in main (argc=1) at /src/a.c:12\n"
      "0x00007ffff7fc5000  0x00007ffff7fee315  Yes (*)     /lib64/ld-linux-x86-64.so.2\n";
  const Trace trace = read(kText);
  ASSERT_THAT(trace.frames, SizeIs(4));
  ASSERT_THAT(trace.threads, SizeIs(1));
  EXPECT_EQ(trace.threads[0].id, 4391U);
  EXPECT_EQ(at(kText, trace.frames[0].place), "?? ()");
  EXPECT_FALSE(trace.frames[0].is_return_address);
  EXPECT_FALSE(trace.frames[2].is_return_address) << "a signal interrupted it";
  EXPECT_TRUE(trace.frames[3].is_return_address);
  EXPECT_EQ(at(kText, trace.frames[2].place), "abort ()");
  EXPECT_EQ(trace.frames[3].file, "/src/a.c");
  EXPECT_EQ(trace.frames[3].source_line, 12U);
  ASSERT_THAT(trace.modules, SizeIs(2));
  EXPECT_EQ(trace.modules[1].base_of, BaseOf::kText);
  EXPECT_EQ(trace.modules[1].base, 0x7ffff7fc5000U);
}

TEST(TraceKinds, Lldb) {
  constexpr std::string_view kText =
      "* thread #1, name = 'app', stop reason = signal SIGSEGV\n"
      "  * frame #0: 0x0000555555555151 app`___lldb_unnamed_symbol5 + 4\n"
      "    frame #1: 0x00007ffff7df1d90 libc.so.6`abort + 178\n"
      "    frame #2: 0x0000000000401151 app\n"
      "[  0] 2B3F9D2E-6C3B-1A5E-0000-112233445566-778899AA 0x0000555555554000 /tmp/app \n";
  const Trace trace = read(kText);
  ASSERT_THAT(trace.frames, SizeIs(3));
  EXPECT_EQ(trace.frames[0].function, "");
  EXPECT_EQ(at(kText, trace.frames[0].place), "___lldb_unnamed_symbol5 + 4");
  EXPECT_EQ(trace.frames[1].function, "abort");
  EXPECT_EQ(trace.frames[2].place.size, 0U);
  ASSERT_THAT(trace.modules, SizeIs(3));
  EXPECT_EQ(trace.modules[2].build_id, "2b3f9d2e6c3b1a5e0000112233445566778899aa");
  EXPECT_EQ(trace.modules[2].base, 0x555555554000U);
}

TEST(TraceKinds, LinuxKernel) {
  constexpr std::string_view kText =
      "[ 1.0] BUG: kernel NULL pointer dereference, address: 0000000000000010\n"
      "[ 1.0] RIP: 0010:crash_write+0x1a/0x30 [crasher]\n"
      "[ 1.0] Call Trace:\n"
      "[ 1.0]  ? __die_body.cold+0x1a/0x60\n"
      "[ 1.0]  [<ffffffff8120a3b9>] SyS_write+0x49/0xb0\n"
      "pc : poke+0x1c/0x40 [nf_tables 00112233445566778899aabbccddeeff00112233]\n"
      "just+0x1 and no more\n";
  const Trace trace = read(kText);
  EXPECT_THAT(trace.reason, testing::StartsWith("BUG: kernel NULL"));
  ASSERT_THAT(trace.frames, SizeIs(4));
  EXPECT_EQ(at(kText, trace.frames[0].place), "crash_write+0x1a/0x30");
  EXPECT_FALSE(trace.frames[0].is_return_address);
  EXPECT_EQ(trace.frames[1].function, "__die_body.cold");
  EXPECT_EQ(trace.frames[1].address, 0x1aU);
  EXPECT_EQ(trace.frames[1].function_size, 0x60U);
  EXPECT_TRUE(trace.frames[2].is_return_address);
  EXPECT_FALSE(trace.frames[3].is_return_address);
  ASSERT_THAT(trace.modules, SizeIs(3));
  EXPECT_EQ(trace.modules[0].name, "crasher.ko");
  EXPECT_EQ(trace.modules[1].name, "vmlinux");
  EXPECT_EQ(trace.modules[2].build_id, "00112233445566778899aabbccddeeff00112233");
}

TEST(TraceKinds, Windbg) {
  constexpr std::string_view kText =
      " # Child-SP          RetAddr               Call Site\n"
      "00 00000010`2f2ff6a8 00007ff6`5c7f1a2b     app!draw+0x1d\n"
      "01 00000010`2f2ff6b0 00007ffd`1b2c7034     app+0x1a2b\n"
      "02 00000010`2f2ff6e0 00000000`00000000     ntdll!RtlUserThreadStart+0x21 [c:\\a.c @ 12]\n"
      "0012f0c4 00401a2b 00000001 00000002 00000003 old+0x12\n"
      "00007ff6`5c7f0000 00007ff6`5c7fb000   app        (pdb symbols)          "
      "C:\\s\\app.pdb\\3249D99D0C4049318610F4E4FB0B69361\\app.pdb\n";
  const Trace trace = read(kText);
  ASSERT_THAT(trace.frames, SizeIs(4));
  EXPECT_EQ(trace.frames[0].addressing, Addressing::kInFunction);
  EXPECT_EQ(trace.frames[0].function, "draw");
  EXPECT_FALSE(trace.frames[0].is_return_address);
  EXPECT_EQ(trace.frames[1].addressing, Addressing::kRelative);
  EXPECT_EQ(trace.frames[1].address, 0x1a2bU);
  EXPECT_EQ(trace.frames[2].source_line, 12U);
  EXPECT_EQ(trace.frames[3].address, 0x12U);
  EXPECT_EQ(trace.modules[0].debug_file, "app.pdb");
  EXPECT_EQ(trace.modules[0].debug_id, "3249D99D0C4049318610F4E4FB0B69361");
  EXPECT_EQ(trace.modules[0].size, 0xb000U);
}

TEST(TraceKinds, ThreadSanitizer) {
  constexpr std::string_view kText =
      "WARNING: ThreadSanitizer: data race (pid=1)\n"
      "  Write of size 4 at 0x555556a67aa8 by main thread:\n"
      "    #0 <null> <null> (app+0xe6824) (BuildId: aabbccdd)\n"
      "    #1 run(void*, int) <null> (app+0xe693c)\n"
      "    #2 main /src/app.cc:9:62 (app+0x10)\n"
      "    #3 (app+0x10)\n"
      "    #4 <null> <null>\n";
  const Trace trace = read(kText);
  EXPECT_EQ(trace.reason, "ThreadSanitizer: data race (pid=1)");
  ASSERT_THAT(trace.frames, SizeIs(3));
  EXPECT_EQ(at(kText, trace.frames[0].place), "<null> <null>");
  EXPECT_EQ(trace.frames[0].addressing, Addressing::kLinked);
  EXPECT_EQ(trace.frames[0].address, 0xe6824U);
  EXPECT_FALSE(trace.frames[1].is_return_address);
  EXPECT_EQ(trace.frames[1].function, "run(void*, int)");
  EXPECT_EQ(trace.frames[2].addressing, Addressing::kNone);
  EXPECT_EQ(trace.frames[2].file, "/src/app.cc");
  EXPECT_EQ(trace.frames[2].source_line, 9U);
  ASSERT_THAT(trace.modules, SizeIs(1));
  EXPECT_EQ(trace.modules[0].build_id, "aabbccdd");
}

TEST(TraceKinds, Winedbg) {
  constexpr std::string_view kText =
      "Unhandled exception: page fault on read access to 0x00000000000010 in 64-bit code (0x14).\n"
      "Backtrace:\n"
      "=>0 0x0000014000153e in app (+0x153e) (0x0000000011fd30)\n"
      "  1 0x00000140001581 draw+0x21(n=4, p=[<no> in here]) [Z:\\src\\app.c:12] in app "
      "(0x0011fd30)\n"
      "  2 0x0000007b627e49 BaseThreadInitThunk+0x9 in kernel32 (0000000000000000)\n"
      "  10 0x0000007b627e49 (0000000000000000)\n"
      "Module\tAddress\t\t\t\t\tDebug info\tName (2 modules)\n"
      "PE\t0000000140000000-000000014000f000\tPDB             app\n"
      "ELF\t7b000000-7b5e5000\tDeferred        ntdll.so\n"
      "PE\t0000000140000000-0000000140000000\tPDB             none\n";
  const Trace trace = read(kText);
  EXPECT_THAT(trace.reason, testing::StartsWith("page fault on read access"));
  EXPECT_EQ(trace.crash_address, 0x10U);
  EXPECT_EQ(trace.os, "Windows NT");
  ASSERT_THAT(trace.frames, SizeIs(3));
  EXPECT_EQ(at(kText, trace.frames[0].place), "in app (+0x153e)");
  EXPECT_EQ(trace.frames[0].addressing, Addressing::kRelative);
  EXPECT_EQ(trace.frames[0].address, 0x153eU);
  EXPECT_FALSE(trace.frames[0].is_return_address);
  EXPECT_EQ(trace.frames[1].addressing, Addressing::kNone);
  EXPECT_EQ(trace.frames[1].function, "draw");
  EXPECT_EQ(trace.frames[1].file, "Z:\\src\\app.c");
  EXPECT_EQ(trace.frames[1].source_line, 12U);
  EXPECT_EQ(at(kText, trace.frames[2].place), "BaseThreadInitThunk+0x9 in kernel32");
  EXPECT_EQ(trace.frames[2].addressing, Addressing::kAbsolute);
  EXPECT_TRUE(trace.frames[2].is_return_address);
  ASSERT_THAT(trace.modules, SizeIs(3));
  EXPECT_EQ(trace.modules[0].name, "app");
  EXPECT_EQ(trace.modules[0].base, 0x140000000U);
  EXPECT_EQ(trace.modules[0].size, 0xf000U);
  EXPECT_EQ(trace.modules[2].name, "ntdll.so");
}

TEST(TraceKinds, ModuleAndOffset) {
  constexpr std::string_view kText =
      "at libcef.dll!+0x1a2b in\n"
      "C  [libapp.so+0x10]  draw+0x1d\n"
      "crashed in C:\\Program Files\\my app.exe + 0x20, sorry\n"
      "1 + 0x2\n"
      "app.dll+0xfffffffec0000000\n";
  const Trace trace = read(kText);
  ASSERT_THAT(trace.frames, SizeIs(3));
  EXPECT_EQ(at(kText, trace.frames[0].place), "libcef.dll!+0x1a2b");
  EXPECT_EQ(at(kText, trace.frames[1].place), "libapp.so+0x10");
  EXPECT_EQ(trace.modules[2].name, "C:\\Program Files\\my app.exe");
  EXPECT_EQ(at(kText, trace.frames[2].place), "C:\\Program Files\\my app.exe + 0x20");
  EXPECT_FALSE(trace.frames[0].is_return_address);
  EXPECT_TRUE(trace.frames[1].is_return_address);
  EXPECT_FALSE(read("#0  0x1 in ?? ()\na.dll+0x10\n").frames[1].is_return_address)
      << "another kind's stack goes before it";
}

TEST(TraceKinds, BreakpadsMachineOutput) {
  constexpr std::string_view kText =
      "OS|Linux|6.1.0\nCPU|amd64|family 6|2\nCrash|SIGSEGV|0x10|0\n"
      "Module|app|1.0|app|CF31B31B4E4C1B8C00000000000000000|0x1000|0x1fff|1\n\n"
      "0|0|app||||0x1a2b\n0|1|||||0x7f001234\n0|2|app|main|/a.c|3|0x4\n";
  const Trace trace = read(kText);
  EXPECT_EQ(trace.os, "Linux");
  EXPECT_EQ(trace.reason, "SIGSEGV");
  ASSERT_THAT(trace.frames, SizeIs(3));
  EXPECT_EQ(at(kText, trace.frames[0].place), "|||0x1a2b");
  EXPECT_EQ(trace.frames[0].addressing, Addressing::kRelative);
  EXPECT_EQ(trace.frames[1].addressing, Addressing::kAbsolute);
  EXPECT_EQ(trace.frames[2].addressing, Addressing::kNone);
  ASSERT_THAT(trace.modules, SizeIs(1));
  EXPECT_EQ(trace.modules[0].size, 0x1000U);
  EXPECT_EQ(trace.modules[0].arch, Arch::kX86_64);
  Call call;
  call.function = "f";
  call.file = "/b.c";
  call.line = 7;
  call.line_offset = 2;
  EXPECT_EQ(kinds()[trace.frames[0].kind]->write(trace.frames[0], call), "f|/b.c|7|0x2");
}

TEST(TraceKinds, GoAndRust) {
  const Trace trace = read(
      "panic: boom\n\ngoroutine 7 [running]:\nmain.(*T).f(0x1, {0x2})\n\t/src/m.go:7 +0x1d\n"
      "created by main.main in goroutine 1\n\t/src/m.go:12 +0x45\n\n"
      "stack backtrace:\n   0:     0x55d0 - a::b::h12\n                 at /src/m.rs:4:5\n"
      "   1:     0x55d4 - <unknown>\n   2: short::name\n             at ./src/m.rs:9:1\n");
  EXPECT_EQ(trace.reason, "panic: boom");
  ASSERT_THAT(trace.frames, SizeIs(5));
  EXPECT_EQ(trace.frames[0].function, "main.(*T).f");
  EXPECT_EQ(trace.frames[0].source_line, 7U);
  EXPECT_EQ(trace.frames[1].function, "main.main");
  EXPECT_EQ(trace.threads[0].id, 7U);
  EXPECT_EQ(trace.frames[2].function, "a::b::h12");
  EXPECT_EQ(trace.frames[2].file, "/src/m.rs");
  EXPECT_EQ(trace.frames[2].source_line, 4U);
  EXPECT_EQ(trace.frames[3].addressing, Addressing::kAbsolute);
  EXPECT_TRUE(trace.frames[3].is_return_address);
  EXPECT_EQ(trace.frames[4].file, "./src/m.rs");
}

TEST(TraceKinds, PlainAddresses) {
  constexpr std::string_view kText =
      "libapp.so 0x1a2b\n/usr/bin/my app 55d4f0001a2b\n0x7f00\n#3 0x7f04\nfoo 0x10\n12\n";
  const Trace trace = read(kText);
  ASSERT_THAT(trace.frames, SizeIs(4));
  EXPECT_EQ(trace.modules[0].name, "libapp.so");
  EXPECT_EQ(trace.modules[1].name, "/usr/bin/my app");
  EXPECT_EQ(trace.frames[2].addressing, Addressing::kAbsolute);
  EXPECT_EQ(trace.frames[3].address, 0x7f04U);
  for (const Frame& frame : trace.frames) EXPECT_FALSE(frame.is_return_address);
}

}  // namespace
}  // namespace sigla::trace
