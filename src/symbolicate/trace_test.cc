// SPDX-License-Identifier: Apache-2.0
// From a text with a stack trace to the text with names, and to a Report.
#include <gmock/gmock.h>

#include "base/text.h"
#include "convert/demangle_job.h"
#include "symbolicate/crash_input.h"
#include "symbolicate/module_search.h"
#include "symbolicate/symbol_files_testing.h"
#include "symbolicate/trace_codec.h"
#include "symbolicate/trace_job.h"
#include "symbolicate/trace_resolver.h"
#include "symcache/writer.h"
#include "testing/in_process_pool.h"

namespace sigla {
namespace {

using testing::HasSubstr;
using testing::SizeIs;

// libapp.so, linked to 0x400000: outer() at 0x1000, with inner() inlined in its first 16 bytes.
Buffer app_symcache() {
  const Limits limits;
  SymcacheWriter writer(limits);
  Identity identity;
  identity.format = Format::kElf;
  identity.has_symbols = identity.has_debug_info = true;
  writer.set_identity(identity);
  writer.set_placement(0x400000, 0x800);
  writer.name_file(0, "/src/app.cc");
  writer.name_origin(0, "_Z5innerv");
  writer.begin_function({.address = 0x1000, .size = 0x100, .name = "_Z5outerv"});
  const SymcacheWriter::Range range{0x1000, 0x10};
  writer.add_inline({.origin = 0, .call_file = 0, .call_line = 30}, std::span(&range, 1));
  writer.add_line({.address = 0x1000, .size = 0x10, .file = 0, .line = 7});
  writer.add_line({.address = 0x1010, .size = 0xf0, .file = 0, .line = 31});
  return std::move(writer.finish_to_buffer()).value();
}

class App : public SymbolPlace {
 public:
  void search(ModuleSearch& search) override {
    last = search.query();
    if (base_name(search.query().code_file) != "libapp.so") return;
    Identity identity;
    identity.format = Format::kElf;
    identity.has_symbols = identity.has_debug_info = true;
    search.offer({identity, "memory"}, file_of(app_symcache()));
  }
  ModuleQuery last;
};

class TraceTest : public testing::Test {
 protected:
  SymbolicatedCrash symbolicate(std::string_view text) {
    const File file = file_of(as_bytes(text));
    auto crash = symbolicate_crash(file, pool_, &finder_);
    EXPECT_THAT(crash, IsOk());
    return std::move(crash).value();
  }

  App app_;
  SymbolFinder finder_{{&app_}};
  InProcessPool pool_{add_demangle_job, add_trace_job};
};

TEST_F(TraceTest, PutsNamesInPlaceAndLeavesEveryOtherByte) {
  const auto crash = symbolicate(
      "noise\r\n"
      "    #0 0x55ee50401004 (/x/libapp.so+0x401004) (BuildId: ab)\r\n"
      "    #1 0x55ee50401020 (/x/libapp.so+0x401020) (BuildId: ab)\r\n"
      "    #2 0x55ee50401020 (/x/other.so+0x10)\r\n"
      "rest");
  EXPECT_EQ(crash.text,
            "noise\r\n"
            "    #0 0x55ee50401004 in inner() (inlined) /src/app.cc:7\r\n"
            "    #0 0x55ee50401004 in outer() /src/app.cc:30\r\n"
            "    #1 0x55ee50401020 in outer() /src/app.cc:31\r\n"
            "    #2 0x55ee50401020 (/x/other.so+0x10)\r\n"
            "rest");
  ASSERT_THAT(crash.report.threads, SizeIs(1));
  const auto& frames = crash.report.threads[0].frames;
  ASSERT_THAT(frames, SizeIs(4));
  EXPECT_EQ(frames[0].trust, Trust::kInline);
  EXPECT_EQ(frames[0].function, "inner()");
  EXPECT_EQ(frames[1].function, "outer()");
  EXPECT_EQ(frames[1].return_address, 0x55ee50401004U);
  EXPECT_EQ(frames[3].function, "");
  EXPECT_EQ(crash.report.modules[0].status, ModuleStatus::kFound);
  EXPECT_EQ(crash.report.modules[1].status, ModuleStatus::kMissing);
  EXPECT_THAT(crash.report.modules[1].advice, testing::Contains(HasSubstr("no id")));
}

TEST_F(TraceTest, StepsBackFromReturnAddressesOnly) {
  // 0x1010 begins another line; the byte before it is still inner()'s.
  const auto crash = symbolicate("/x/libapp.so(+0x401010) [0x7f0000001010]\n");
  EXPECT_THAT(*crash.text, testing::StartsWith("/x/libapp.so(inner() (inlined) at /src/app.cc:7)"));
  const auto exact = symbolicate("    #0 0x55ee50401010 (/x/libapp.so+0x401010)\n");
  EXPECT_EQ(exact.text, "    #0 0x55ee50401010 in outer() /src/app.cc:31\n");
}

TEST_F(TraceTest, FindsFunctionsByName) {
  const auto crash = symbolicate("/x/libapp.so(_Z5outerv+0x21) [0x7f0000001021]\n");
  EXPECT_EQ(crash.text, "/x/libapp.so(outer()+0x21 at /src/app.cc:31) [0x7f0000001021]\n");
}

TEST_F(TraceTest, FindsAddressesByWhereTheCodeOfALibraryLies) {
  const auto crash = symbolicate(
      "#0  0x00007ffff7f00820 in ?? () from /x/libapp.so\n"
      "0x00007ffff7f00000  0x00007ffff7f10000  Yes (*)     /x/libapp.so\n");
  EXPECT_THAT(*crash.text,
              testing::StartsWith("#0  0x00007ffff7f00820 in outer() at /src/app.cc:31 from /x"));
}

TEST_F(TraceTest, AsksByBuildIdAndBreakpadsForm) {
  symbolicate(
      "#00 pc 0000000000401020  /x/libapp.so (BuildId: 00112233445566778899aabbccddeeff01)\n");
  EXPECT_EQ(app_.last.code_id.text(), "00112233445566778899aabbccddeeff01");
  EXPECT_EQ(app_.last.debug_identifier, "33221100554477668899AABBCCDDEEFF0");
  EXPECT_FALSE(app_.last.is_by_name);
}

TEST_F(TraceTest, RefusesTextWithoutATrace) {
  const File file = file_of(as_bytes(std::string_view("hello\n")));
  EXPECT_THAT(symbolicate_crash(file, pool_, &finder_),
              IsError(ErrorCode::kMalformed, "stack trace"));
}

TEST(TraceCodec, RoundTripsAndRefusesWhatIsOutOfRange) {
  const std::string_view text =
      "    #0 0x55ee50401004 (/x/libapp.so+0x401004) (BuildId: ab)\n"
      "    #1 0x55ee50401020 in f (/x/libapp.so+0x401020)\n";
  trace::Trace trace = trace::recognise(text, Limits());
  const std::string encoded = encode_trace(trace);
  ASSERT_OK_AND_ASSIGN(const trace::Trace again, decode_trace(as_bytes(encoded), text.size()));
  EXPECT_EQ(encode_trace(again), encoded);
  EXPECT_THAT(decode_trace(as_bytes(encoded), text.size() - 2),
              IsError(ErrorCode::kMalformed, "range"));
  for (std::size_t size = 0; size < encoded.size(); ++size) {
    EXPECT_THAT(decode_trace(as_bytes(encoded).first(size), text.size()),
                IsError(ErrorCode::kMalformed, "encoded trace"));
  }
  std::swap(trace.frames[0], trace.frames[1]);
  EXPECT_THAT(decode_trace(as_bytes(encode_trace(trace)), text.size()),
              IsError(ErrorCode::kMalformed, "range"));
}

}  // namespace
}  // namespace sigla
