// SPDX-License-Identifier: Apache-2.0
// The sections of small programs (testdata/README.md), and what is read from them.
#include "formats/dwarf/dump.h"

#include <gtest/gtest.h>

#include "formats/dwarf/testing_sections.h"
#include "testing/fixture.h"

namespace sigla::dwarf {
namespace {

class Dump : public testing::TestWithParam<const char*> {};

TEST_P(Dump, IsWhatItWas) {
  const Buffer file = read_fixture(std::string("fuzz/corpus/dwarf_info_fuzz/") + GetParam());
  expect_golden(std::string("src/formats/dwarf/testdata/") + GetParam() + ".golden.txt",
                dump(unpack_sections(file), Limits()));
}

TEST_P(Dump, SurvivesEveryTruncation) {
  const Buffer file = read_fixture(std::string("fuzz/corpus/dwarf_info_fuzz/") + GetParam());
  for_every_prefix(
      file, 1, [](Bytes prefix) { static_cast<void>(dump(unpack_sections(prefix), Limits())); });
}

INSTANTIATE_TEST_SUITE_P(Files,
                         Dump,
                         testing::Values("gcc_dwarf2",
                                         "gcc_dwarf5",
                                         "gcc_dwarf64",
                                         "clang_dwarf4",
                                         "clang_dwarf5",
                                         "clang_dwo5"));

}  // namespace
}  // namespace sigla::dwarf
