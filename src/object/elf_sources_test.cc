// SPDX-License-Identifier: Apache-2.0
#include "object/elf_sources.h"

#include <gmock/gmock.h>

#include "base/byte_writer.h"
#include "base/text.h"
#include "object/object.h"
#include "testing/fixture.h"
#include "testing/matchers.h"

namespace sigla {
namespace {

using testing::ElementsAre;

// Made from testdata/embedded.c by testdata/README.md.
Buffer fixture(std::string_view name) {
  return read_fixture(fmt::format("src/object/testdata/{}", name));
}

std::vector<std::string> listed(const SourceFiles& sources) {
  std::vector<std::string> lines;
  for (const SourceFile& file : sources.files) {
    lines.push_back(fmt::format(
        "{} {} {}", file.path, hex_lower(file.checksum), file.is_embedded ? "embedded" : "-"));
  }
  return lines;
}

std::string text_of(Bytes file, std::string_view path) {
  const auto source = read_elf_source(file, path, Limits());
  return source.has_value() ? std::string(as_text(*source)) : source.error().message();
}

TEST(ElfSources, AreFoundInLineTables) {
  const std::string expected(as_text(fixture("embedded.c")));
  for (const char* name : {"embedded.o", "embedded_zlib.o", "embedded_be.o"}) {
    SCOPED_TRACE(name);
    const Buffer file = fixture(name);
    ASSERT_OK_AND_ASSIGN(const SourceFiles sources, read_source_files(file, Limits()));
    EXPECT_THAT(listed(sources),
                ElementsAre("/src/embedded.c d4e57846eb65d05f5f227a8349933874 embedded",
                            "/src/./include/embedded.h 21c55dd2cf53f5ab705a77f2b5d58655 embedded"));
    EXPECT_EQ(text_of(file, "/src/embedded.c"), expected);
    EXPECT_EQ(text_of(file, "/src/lib/../Embedded.c"), expected) << "the same path otherwise";
    EXPECT_EQ(text_of(file, "/src/none.c"), "no '/src/none.c' in it");
    ASSERT_OK_AND_ASSIGN(const auto objects, identify(file, name, Limits()));
    EXPECT_TRUE(objects[0].identity.has_sources);
  }
}

TEST(ElfSources, AreNoneInOtherFiles) {
  const Buffer file = fixture("plain.o");
  EXPECT_FALSE(has_elf_sources(file, Limits()));
  EXPECT_THAT(read_source_files(file, Limits()), IsError(ErrorCode::kUnsupported, ""));
  EXPECT_THAT(read_elf_source(file, "/src/embedded.c", Limits()),
              IsError(ErrorCode::kNotFound, ""));
}

TEST(ElfSources, AreBounded) {
  const Buffer file = fixture("embedded.o");
  Limits limits;
  limits.embedded_source_size_max = 10;
  EXPECT_THAT(read_elf_source(file, "/src/embedded.c", limits),
              IsError(ErrorCode::kLimitExceeded, ""));
  limits.entry_count_max = 1;
  ASSERT_OK_AND_ASSIGN(const SourceFiles sources, read_source_files(file, limits));
  EXPECT_EQ(sources.files.size(), 1U);
}

TEST(ElfSources, SurviveDamage) {
  constexpr std::uint8_t kValues[] = {0x00, 0x01, 0xff};
  for (const char* name : {"embedded.o", "embedded_be.o"}) {
    const Buffer file = fixture(name);
    for (std::size_t size = 0; size < file.size(); ++size) {
      static_cast<void>(read_source_files(Bytes(file).first(size), Limits()));
      static_cast<void>(read_elf_source(Bytes(file).first(size), "/src/embedded.c", Limits()));
    }
    for (std::size_t at = 0; at < file.size(); ++at) {
      Buffer damaged = file;
      for (const std::uint8_t value : kValues) {
        damaged[at] = value;
        static_cast<void>(read_source_files(damaged, Limits()));
        static_cast<void>(read_elf_source(damaged, "/src/none.c", Limits()));
      }
    }
  }
}

}  // namespace
}  // namespace sigla
