// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "convert/demangle_job.h"
#include "symbolicate/module_search.h"
#include "symbolicate/report_codec.h"
#include "symbolicate/symbol_files_testing.h"
#include "symbolicate/symbolicator.h"
#include "symbolicate/walk_job.h"
#include "symbolicate/write_breakpad.h"
#include "symbolicate/write_json.h"
#include "symbolicate/write_machine.h"
#include "symbolicate/write_text.h"
#include "symcache/writer.h"
#include "testing/bytes_builder.h"
#include "testing/in_process_pool.h"
#include "testing/matchers.h"
#include "testing/minidump_builder.h"

namespace sigla {
namespace {

using testing::Contains;
using testing::HasSubstr;

constexpr std::uint64_t kApp = 0x40000000;
constexpr std::uint64_t kLib = 0x50000000;
constexpr std::uint64_t kStack = 0x80000000;
constexpr char kAppId[] = "112233445566778899AABBCCDDEEFF001";

Buffer crash() {
  MinidumpBuilder dump;
  const Buffer guid = {0x11,
                       0x22,
                       0x33,
                       0x44,
                       0x55,
                       0x66,
                       0x77,
                       0x88,
                       0x99,
                       0xaa,
                       0xbb,
                       0xcc,
                       0xdd,
                       0xee,
                       0xff,
                       0x00};
  dump.system(9, 0x8201, "Linux 6.1")
      .module(kApp, 0x10000, "/opt/app", dump.pdb_code_view(guid, 1, "C:\\out\\app.pdb"))
      .module(kLib, 0x10000, "/opt/lib.so")
      .thread(1,
              dump.amd64_context(kApp + 0x1010, kStack, kStack),
              kStack,
              BytesBuilder().u64(kStack + 16).u64(kLib + 0x20).u64(0).u64(0).build())
      .thread_name(1, "main")
      .exception(1, 11, 1, 0x45, {}, {});
  return dump.build();
}

Buffer app_symcache() {
  const Limits limits;
  SymcacheWriter writer(limits);
  writer.name_file(0, "/src/app.cc");
  writer.name_origin(0, "inlined()");
  writer.begin_function({.address = 0x1000, .size = 0x100, .name = "crash|here()"});
  writer.add_line({.address = 0x1000, .size = 0x100, .file = 0, .line = 12});
  const SymcacheWriter::Range range{0x1008, 0x10};
  writer.add_inline({.origin = 0, .call_file = 0, .call_line = 30}, {&range, 1});
  return std::move(writer.finish_to_buffer()).value();
}

Identity breakpad_identity() {
  Identity identity;
  identity.format = Format::kBreakpad;
  identity.kind = ObjectKind::kDebug;
  return identity;
}

// Has the symbols of "app.pdb" under its id and of nothing else.
class OneModule : public SymbolPlace {
 public:
  explicit OneModule(Buffer symcache) : symcache_(std::move(symcache)) {}
  void search(ModuleSearch& search) override {
    ++calls;
    search.say("asked for " + search.query().debug_identifier);
    if (search.query().debug_identifier == kAppId) {
      search.offer({breakpad_identity(), "memory"}, file_of(symcache_));
    }
  }
  int calls = 0;

 private:
  Buffer symcache_;
};

class SymbolicatorTest : public testing::Test {
 protected:
  Report report(SymbolPlace* place, bool has_registers = false) {
    const SymbolFinder finder({place});
    Symbolicator symbolicator(pool_, place == nullptr ? nullptr : &finder);
    auto result = symbolicator.symbolicate(file_of(crash()), has_registers);
    EXPECT_THAT(result, IsOk());
    return result.has_value() ? *std::move(result) : Report();
  }
  InProcessPool pool_{add_symbolicate_jobs, add_demangle_job};
};

TEST_F(SymbolicatorTest, NamesFramesAndInlinedCalls) {
  OneModule finder(app_symcache());
  const Report r = report(&finder);
  EXPECT_EQ(r.crash_reason, "SIGSEGV /SEGV_MAPERR");
  ASSERT_EQ(r.threads.size(), 1U);
  const auto& frames = r.threads[0].frames;
  ASSERT_EQ(frames.size(), 3U);
  EXPECT_EQ(frames[0].function, "inlined()");
  EXPECT_EQ(frames[0].trust, Trust::kInline);
  EXPECT_EQ(frames[0].line, 12U);
  EXPECT_EQ(frames[1].function, "crash|here()");
  EXPECT_EQ(frames[1].line, 30U) << "where the inlined call stands";
  EXPECT_EQ(frames[2].function, "");
  EXPECT_EQ(r.modules[0].status, ModuleStatus::kFound);
  EXPECT_EQ(r.modules[0].symbol_source, "memory");
  EXPECT_EQ(r.modules[1].status, ModuleStatus::kMissing);
  EXPECT_THAT(r.modules[1].explain, Contains("asked for "));
  EXPECT_EQ(finder.calls, 2) << "once for each module";
}

TEST_F(SymbolicatorTest, WorksWithoutAnySymbols) {
  const Report r = report(nullptr);
  ASSERT_EQ(r.threads[0].frames.size(), 2U);
  EXPECT_EQ(r.modules[0].status, ModuleStatus::kUnused);
  EXPECT_THAT(write_text(r), HasSubstr("No place to look for symbols was named"));
}

TEST_F(SymbolicatorTest, SaysWhenASymcacheIsDamaged) {
  OneModule finder(Buffer(100, 0x55));
  const Report r = report(&finder);
  EXPECT_EQ(r.modules[0].status, ModuleStatus::kCorrupt);
  EXPECT_THAT(r.modules[0].explain.at(1), HasSubstr("memory: not usable: symcache"));
  EXPECT_THAT(write_text(r), HasSubstr("not usable"));
}

TEST_F(SymbolicatorTest, RefusesWhatIsNoDump) {
  Symbolicator symbolicator(pool_, nullptr);
  EXPECT_THAT(symbolicator.symbolicate(file_of(as_bytes("hello"))),
              IsError(ErrorCode::kMalformed, "header"));
}

TEST_F(SymbolicatorTest, WritesWhatBreakpadWrites) {
  OneModule finder(app_symcache());
  EXPECT_EQ(write_breakpad_machine(report(&finder)),
            "OS|Linux|10.2.19041 Linux 6.1\n"
            "CPU|amd64|family 6 model 42 stepping 7|4\n"
            "GPU|||\n"
            "Crash|SIGSEGV /SEGV_MAPERR|0x45|0\n"
            "Module|app|1.2.3.4|app.pdb|112233445566778899AABBCCDDEEFF001|0x40000000|0x4000ffff|1\n"
            "Module|lib.so|1.2.3.4|||0x50000000|0x5000ffff|0\n"
            "\n"
            "0|0|app|inlined()|/src/app.cc|12|0x10\n"
            "0|1|app|crashhere()|/src/app.cc|30|0x10\n"
            "0|2|lib.so||||0x20\n");
  const std::string text = write_breakpad(report(&finder, true));
  EXPECT_THAT(text,
              HasSubstr("Thread 0 (crashed)\n 0  app!inlined() [app.cc : 12 + 0x10]\n \n    Found "
                        "by: inline record\n"));
  EXPECT_THAT(text,
              HasSubstr(" 2  lib.so + 0x20\n"
                        "    rbp = 0x0000000080000010   rsp = 0x0000000080000010\n"
                        "    rip = 0x0000000050000020\n"
                        "    Found by: previous frame's frame pointer\n"));
  EXPECT_THAT(text, HasSubstr("lib.so  1.2.3.4  (WARNING: No symbols, , )\n"));
}

TEST_F(SymbolicatorTest, WritesJson) {
  OneModule finder(app_symcache());
  const std::string json = write_json(report(&finder));
  for (const char* part : {R"("reason": "SIGSEGV /SEGV_MAPERR")",
                           R"x("function": "crash|here()")x",
                           R"("module_offset": "0x1010")",
                           R"("trust": "context")",
                           R"("status": "missing")",
                           R"("breakpad_id": "112233445566778899AABBCCDDEEFF001")",
                           R"("name": "main")",
                           R"("main": true)"}) {
    EXPECT_THAT(json, HasSubstr(part));
  }
}

TEST_F(SymbolicatorTest, WritesTextWithWhatIsMissing) {
  OneModule finder(app_symcache());
  const std::string text = write_text(report(&finder));
  EXPECT_THAT(text, HasSubstr("SIGSEGV /SEGV_MAPERR at 0x45, in thread 0\n"));
  EXPECT_THAT(text,
              HasSubstr("Thread 0 \"main\" (crashed), id 1\n   0  inlined() [/src/app.cc:12]  in "
                        "app  (inline)\n"));
  EXPECT_THAT(text, HasSubstr("Without symbols:\n  lib.so without an id (1 frame)\n"));
}

TEST(WriteText, SaysWhatMoreCouldBeShownAndDoesNotGoOnForever) {
  Report report;
  report.threads.emplace_back();
  for (std::uint32_t i = 0; i < 10; ++i) {
    ReportModule module;
    module.status = ModuleStatus::kFound;
    module.advice = {fmt::format("module {} itself", i)};
    report.modules.push_back(module);
    ReportFrame frame;
    frame.module = i;
    frame.function = "f";
    report.threads[0].frames.push_back(frame);
  }
  EXPECT_THAT(write_text(report),
              HasSubstr("\nMore could be shown:\n  module 0 itself\n  module 1 itself\n"));
  EXPECT_THAT(write_text(report), HasSubstr("  module 7 itself\n  and 2 more, which"));
  EXPECT_THAT(write_json(report), HasSubstr("module 9 itself"));
}

TEST_F(SymbolicatorTest, ReportsSurviveTheirEncoding) {
  OneModule finder(app_symcache());
  const Report r = report(&finder, true);
  const std::string encoded = encode_report(r);
  ASSERT_OK_AND_ASSIGN(const Report again, decode_report(as_bytes(encoded)));
  EXPECT_EQ(write_json(r), write_json(again));
  for (std::size_t size = 0; size < encoded.size(); ++size) {
    EXPECT_THAT(decode_report(as_bytes(encoded).first(size)), IsError(ErrorCode::kMalformed, ""))
        << size;
  }
}

TEST(SymcacheRequestTest, SurvivesItsEncoding) {
  SymcacheRequest request;
  request.module = 3;
  request.query.debug_file = "a.pdb";
  request.query.debug_id = DebugId{{1, 2, 3}, 0x2a};
  request.query.code_id = CodeId("abcd");
  request.query.arch = Arch::kArm64;
  ASSERT_OK_AND_ASSIGN(const auto again,
                       decode_symcache_request(as_bytes(encode_symcache_request(request))));
  EXPECT_EQ(again.module, 3U);
  EXPECT_EQ(again.query.debug_id, request.query.debug_id);
  EXPECT_EQ(again.query.code_id, request.query.code_id);
  EXPECT_EQ(again.query.arch, Arch::kArm64);
  EXPECT_FALSE(again.query.is_by_name);
  EXPECT_FALSE(again.query.wants_program);
  request.query = ModuleQuery();
  request.query.is_by_name = true;
  request.query.wants_program = true;
  request.query.image_start =
      "\x7f"
      "ELF";
  ASSERT_OK_AND_ASSIGN(const auto by_name,
                       decode_symcache_request(as_bytes(encode_symcache_request(request))));
  EXPECT_TRUE(by_name.query.is_by_name);
  EXPECT_TRUE(by_name.query.wants_program);
  EXPECT_EQ(by_name.query.image_start, request.query.image_start);
  EXPECT_THAT(decode_symcache_request(as_bytes("abc")),
              IsError(ErrorCode::kMalformed, "symcache request"));
}

}  // namespace
}  // namespace sigla
