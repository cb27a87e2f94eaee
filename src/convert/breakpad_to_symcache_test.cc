// SPDX-License-Identifier: Apache-2.0
#include "convert/breakpad_to_symcache.h"

#include "base/text.h"
#include "convert/naive_resolver.h"
#include "convert/symcache_job.h"
#include "convert/symcache_to_breakpad.h"
#include "testing/matchers.h"

namespace sigla {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr std::string_view kModule =
    "MODULE Linux x86_64 000102030405060708090A0B0C0D0E0F0 a.out\n"
    "INFO CODE_ID 0102 a.out\n";

Buffer convert(std::string_view text, Diagnostics& diagnostics) {
  Buffer out;
  const auto sink = [&](Bytes piece) -> Status {
    out.insert(out.end(), piece.begin(), piece.end());
    return {};
  };
  SymcacheReport report;
  const SymcacheInput input{.file = as_bytes(text), .file_name = "a.sym"};
  EXPECT_THAT(convert_to_symcache(input, Limits(), report, sink), IsOk());
  diagnostics.merge(report.diagnostics);
  return out;
}

std::string text_of(const Symcache& cache, BreakpadTextOptions options = {}) {
  std::string text;
  const auto sink = [&](std::string_view piece) -> Status {
    text += piece;
    return {};
  };
  EXPECT_THAT(symcache_to_breakpad(cache, options, sink), IsOk());
  return text;
}

// In the order symcache_to_breakpad() writes, numbers as it gives them.
const std::string kCanonical = std::string(kModule) +
                               "FILE 0 /src/a.h\n"
                               "FILE 1 /src/main.cpp\n"
                               "INLINE_ORIGIN 0 inner()\n"
                               "INLINE_ORIGIN 1 outer()\n"
                               "FUNC 1000 40 8 main\n"
                               "INLINE 0 12 1 1 1008 10 1020 8\n"
                               "INLINE 1 7 0 0 1008 8\n"
                               "INLINE 0 15 1 0 1030 4\n"
                               "1000 4 10 1\n"
                               "1004 14 3 0\n"
                               "1018 8 11 1\n"
                               "1028 18 16 1\n"
                               "FUNC m 1040 10 0 folded()\n"
                               "1040 10 30 0\n"
                               "PUBLIC 1010 0 in_main\n"
                               "PUBLIC m 2000 4 _tail\n"
                               "STACK WIN 4 1000 20 3 1 c 4 8 0 1 $T0 .raSearch = $eip $T0 ^ =\n"
                               "STACK WIN 0 1020 8 0 0 0 0 0 0 0 1\n"
                               "STACK CFI INIT 1000 40 .cfa: $rsp 8 + .ra: .cfa -8 + ^\n"
                               "STACK CFI 1001 .cfa: $rsp 16 +\n"
                               "STACK CFI INIT 1040 10 .cfa: $rsp 8 + .ra: .cfa -8 + ^\n";

TEST(BreakpadToSymcache, WritesBackWhatItRead) {
  Diagnostics diagnostics;
  const Buffer file = convert(kCanonical, diagnostics);
  EXPECT_TRUE(diagnostics.empty()) << diagnostics.summary();
  ASSERT_OK_AND_ASSIGN(const Symcache cache, Symcache::open(Bytes(file)));
  EXPECT_EQ(text_of(cache), kCanonical);
}

TEST(SymcacheToBreakpad, LeavesOutInlinedCallsAndReplacesNames) {
  Diagnostics diagnostics;
  const Buffer file = convert(std::string(kModule) +
                                  "FILE 3 /b.c\nFILE 4 /a.c\nINLINE_ORIGIN 1 in\nFUNC 1000 20 0 f\n"
                                  "INLINE 0 7 4 1 1008 8\n1000 20 6 3\n",
                              diagnostics);
  ASSERT_OK_AND_ASSIGN(const Symcache cache, Symcache::open(Bytes(file)));
  std::vector<std::string> names;
  for (std::size_t i = 0; i < cache.name_count(); ++i) {
    names.push_back(fmt::format("<{}>", cache.name(i)));
  }
  BreakpadTextOptions options;
  options.names = names;
  EXPECT_EQ(text_of(cache, options),
            std::string(kModule) +
                "FILE 0 /a.c\nFILE 1 /b.c\nINLINE_ORIGIN 0 <in>\nFUNC 1000 20 0 <f>\n"
                "INLINE 0 7 0 0 1008 8\n1000 20 6 1\n");
  options.inlines = false;
  EXPECT_EQ(text_of(cache, options),
            std::string(kModule) + "FILE 0 /b.c\nFUNC 1000 20 0 <f>\n1000 20 6 0\n");
  names.assign(names.size(), "");  // code between functions has lines and no name
  EXPECT_EQ(text_of(cache, options),
            std::string(kModule) + "FILE 0 /b.c\nFUNC 1000 20 0 <name omitted>\n1000 20 6 0\n");
}

TEST(BreakpadToSymcache, WritesUnwindRecordsAlone) {
  Diagnostics diagnostics;
  const Buffer file = convert(kCanonical, diagnostics);
  ASSERT_OK_AND_ASSIGN(const Symcache cache, Symcache::open(Bytes(file)));
  EXPECT_EQ(text_of(cache, {.cfi_only = true}), kCanonical.substr(kCanonical.find("STACK")));
}

std::string canonical_cfi(std::string_view records) {
  Diagnostics diagnostics;
  const Buffer file = convert(std::string(kModule) + std::string(records), diagnostics);
  const auto cache = Symcache::open(Bytes(file));
  EXPECT_THAT(cache, IsOk());
  return cache.has_value() ? text_of(*cache, {.cfi_only = true}) : std::string();
}

TEST(BreakpadToSymcache, WritesRulesInOneForm) {
  EXPECT_EQ(canonical_cfi("STACK CFI INIT 1000 40 $rbx: $rbx .ra: .cfa 8 - ^ .cfa: $rsp\n"
                          "STACK CFI 1004 .cfa: 8 $rbp + $r12: .cfa 16 -\n"
                          "STACK CFI 1008 .cfa: $rbp 8 + $rbx: $rbx\n"
                          "STACK CFI 100c .cfa: $rsp 16 @ 8 + ^ $xmm6: $rsp 5 % ^\n"),
            "STACK CFI INIT 1000 40 .cfa: $rsp 0 + .ra: .cfa -8 + ^ $rbx: $rbx\n"
            "STACK CFI 1004 .cfa: $rbp 8 + $r12: .cfa -16 +\n"
            "STACK CFI 100c .cfa: $rsp 16 @ 8 + ^ $xmm6: $rsp 5 % ^\n");
}

// Rules with names that count are compiled, so that they come back in one form.
TEST(BreakpadToSymcache, KnowsTheRegistersOfTheRarerProcessors) {
  const auto canonical_of = [](std::string_view arch, std::string_view records) {
    const std::string module =
        fmt::format("MODULE Linux {} 000102030405060708090A0B0C0D0E0F0 x\n", arch);
    Diagnostics diagnostics;
    const Buffer file = convert(module + std::string(records), diagnostics);
    const auto cache = Symcache::open(Bytes(file));
    EXPECT_THAT(cache, IsOk());
    return cache.has_value() ? text_of(*cache, {.cfi_only = true}) : std::string();
  };
  for (const std::string_view arch : {"mips", "mips64"}) {
    EXPECT_EQ(canonical_of(arch, "STACK CFI INIT 1000 40 .cfa: 8 $sp + .ra: $ra $s0: .cfa 4 - ^\n"),
              "STACK CFI INIT 1000 40 .cfa: $sp 8 + .ra: $ra $s0: .cfa -4 + ^\n");
  }
  for (const std::string_view arch : {"riscv", "riscv32", "riscv64"}) {
    EXPECT_EQ(canonical_of(arch, "STACK CFI INIT 1000 40 .cfa: 8 sp + .ra: ra s11: .cfa 4 - ^\n"),
              "STACK CFI INIT 1000 40 .cfa: sp 8 + .ra: ra s11: .cfa -4 + ^\n");
  }
  for (const std::string_view arch : {"ppc", "ppc64"}) {
    EXPECT_EQ(canonical_of(arch, "STACK CFI INIT 1000 40 .cfa: 8 r1 + .ra: lr r31: .cfa 4 - ^\n"),
              "STACK CFI INIT 1000 40 .cfa: r1 8 + .ra: lr r31: .cfa -4 + ^\n");
  }
}

TEST(BreakpadToSymcache, KeepsRulesItCannotUse) {
  const std::string records =
      "STACK CFI INIT 1000 40 .cfa: $rsp 8 + .ra: .ra $gp: $gp 4 +\n"
      "STACK CFI 1004 .cfa: $rsp + $rbx: 1 2\n";
  EXPECT_EQ(canonical_cfi(records), records);
}

TEST(BreakpadToSymcache, NothingIsKnownWhereRulesAreMalformed) {
  EXPECT_EQ(canonical_cfi("STACK CFI INIT 1000 10 .cfa: $rsp 8 +\n"
                          "STACK CFI INIT 1010 10 nonsense\n"
                          "STACK CFI 1014 .cfa: $rsp 16 +\n"
                          "STACK CFI INIT 1020 10 .cfa: $rsp 24 +\n"),
            "STACK CFI INIT 1000 10 .cfa: $rsp 8 +\n"
            "STACK CFI INIT 1020 10 .cfa: $rsp 24 +\n");
}

TEST(BreakpadToSymcache, AgreesWithTheNaiveResolverEverywhere) {
  Diagnostics diagnostics;
  const Buffer file = convert(kCanonical, diagnostics);
  ASSERT_OK_AND_ASSIGN(const Symcache cache, Symcache::open(Bytes(file)));
  NaiveResolver naive;
  ASSERT_THAT(breakpad::parse(as_bytes(kCanonical), naive, Limits(), diagnostics), IsOk());
  for (std::uint64_t address = 0xff0; address < 0x2010; ++address) {
    EXPECT_EQ(describe(cache.lookup(address)), describe(naive.lookup(address))) << address;
  }
}

TEST(BreakpadToSymcache, ResolvesNamesThatComeAfterTheirUse) {
  Diagnostics diagnostics;
  const Buffer file = convert(std::string(kModule) +
                                  "FUNC 1000 10 0 f\nINLINE 0 5 9 4 1000 10\n1000 10 1 7\n"
                                  "INLINE_ORIGIN 4 late()\nFILE 7 late.cpp\n",
                              diagnostics);
  ASSERT_OK_AND_ASSIGN(const Symcache cache, Symcache::open(Bytes(file)));
  const auto frames = cache.lookup(0x1000);
  ASSERT_EQ(frames.size(), 2U);
  EXPECT_EQ(frames[0].function, "late()");
  EXPECT_EQ(frames[0].file, "late.cpp");
  EXPECT_EQ(frames[1].file, "late.cpp");  // file 9 is never named: that of the line record
  EXPECT_EQ(frames[1].line, 5U);
}

TEST(BreakpadToSymcache, ShowsAnOriginWithoutAName) {
  Diagnostics diagnostics;
  const Buffer file =
      convert(std::string(kModule) + "FUNC 1000 10 0 f\nINLINE 0 5 9 4 1000 10\n", diagnostics);
  ASSERT_OK_AND_ASSIGN(const Symcache cache, Symcache::open(Bytes(file)));
  EXPECT_EQ(cache.lookup(0x1000).at(0).function, "<name omitted>");
}

TEST(BreakpadToSymcache, ReportsWhatItSkips) {
  Diagnostics diagnostics;
  convert(std::string(kModule) +
              "FUNC 1000 10 0 f\nFUNC 1008 10 0 g\nFUNC 2000 10 0 h\nINLINE 2 1 1 1 2000 1\n"
              "2000 0 1 1\nSTACK WIN 3 1 1 1 1 1 1 1 1 0 0\nSTACK CFI 500 .cfa: x\nSTACK CFI INIT "
              "600 0 r\nBOGUS\n",
          diagnostics);
  std::vector<std::string> categories;
  for (const auto& [name, category] : diagnostics.categories()) categories.push_back(name);
  EXPECT_THAT(categories,
              ElementsAre("INLINE record whose outer call is missing",
                          "STACK CFI records outside every INIT range",
                          "STACK WIN record of a type no unwinder uses",
                          "empty line record",
                          "malformed line record",
                          "overlapping or empty STACK CFI INIT record",
                          "overlapping or empty function"));
}

// The worked example of docs/formats/symcache.md.
TEST(SymcacheFormat, MatchesItsDocument) {
  Diagnostics diagnostics;
  const Buffer file = convert(std::string(kModule) +
                                  "FILE 0 a.c\nINLINE_ORIGIN 0 min\nFUNC 1000 20 0 main\n"
                                  "INLINE 0 7 0 0 1008 8\n1000 10 6 0\n1010 10 9 0\n",
                              diagnostics);
  ASSERT_OK_AND_ASSIGN(const Bytes table, slice(file, 48, std::size_t{24} * file[12], "sections"));
  const auto section = [&](symcache::Section kind) {
    for (std::size_t at = 0; at < table.size(); at += sizeof(symcache::RawSection)) {
      const auto entry = load<symcache::RawSection>(table.subspan(at));
      if (entry.kind != static_cast<std::uint32_t>(kind)) continue;
      return Bytes(file).subspan(entry.offset, entry.size);
    }
    return Bytes();
  };
  EXPECT_EQ(hex_lower(section(symcache::Section::kNameOffsets)), "000000000400000007000000");
  EXPECT_EQ(as_text(section(symcache::Section::kNames)), "mainmin");
  EXPECT_EQ(hex_lower(section(symcache::Section::kNameIndex)), "00000000");
  EXPECT_EQ(hex_lower(section(symcache::Section::kCodeAddresses)), "00000000");
  EXPECT_EQ(hex_lower(section(symcache::Section::kCodeOffsets)), "00000000");
  EXPECT_EQ(hex_lower(section(symcache::Section::kCode)),
            "10002002040006"
            "0000"
            "00010007"
            "00080502083101");
  EXPECT_EQ(hex_lower(Bytes(file).first(16)), "8953594d430d0a1a020000000d000000");
  EXPECT_EQ(load<std::uint64_t>(Bytes(file).subspan(32)), 0x1000U);
}

TEST(ConvertToSymcache, RefusesOtherFormats) {
  SymcacheReport report;
  EXPECT_THAT(convert_to_symcache({.file = as_bytes("MDMP"), .file_name = "a"}, {}, report, {}),
              IsError(ErrorCode::kUnsupported, "this format (minidump)"));
}

// The job's own context: no parent to ask.
class LoneContext : public WorkerContext {
 public:
  Result<WorkerMessage> ask(std::string_view, WorkerMessage) override {
    return make_error(ErrorCode::kInternal, "nobody to ask");
  }
  const Limits& limits() const override { return limits_; }

 private:
  Limits limits_;
};

TEST(SymcacheJob, ReadsOneDescriptorAndWritesTheOther) {
  WorkerJobs jobs;
  add_convert_jobs(jobs);
  ASSERT_OK_AND_ASSIGN(File input, File::create_in_memory("input"));
  ASSERT_THAT(input.write_all(as_bytes(kCanonical + "BOGUS\n")), IsOk());
  ASSERT_OK_AND_ASSIGN(const File output, File::create_in_memory("output"));
  ASSERT_OK_AND_ASSIGN(File copy, output.duplicate());
  WorkerMessage request =
      make_symcache_request(std::move(input), std::move(copy), "a.sym", Arch::kUnknown);
  LoneContext context;
  ASSERT_OK_AND_ASSIGN(const WorkerMessage answer,
                       jobs.at(std::string(kSymcacheJob))(std::move(request), context));
  EXPECT_EQ(answer.payload,
            R"({"skipped":{"record of an unknown kind":{"count":1,"details":["line 24"]}}})");
  ASSERT_OK_AND_ASSIGN(const MappedFile mapped, MappedFile::map(output));
  ASSERT_OK_AND_ASSIGN(const Symcache cache, Symcache::open(mapped.bytes()));
  EXPECT_EQ(cache.lookup(0x1000).at(0).function, "main");
}

TEST(SymcacheJob, RefusesARequestWithoutItsFiles) {
  WorkerJobs jobs;
  add_convert_jobs(jobs);
  LoneContext context;
  EXPECT_THAT(jobs.at(std::string(kSymcacheJob))(WorkerMessage(), context),
              IsError(ErrorCode::kInvalidArgument, "0 files"));
}

}  // namespace
}  // namespace sigla
