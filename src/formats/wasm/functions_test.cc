// SPDX-License-Identifier: Apache-2.0
#include "formats/wasm/functions.h"

#include <gtest/gtest.h>

#include "testing/bytes_builder.h"
#include "testing/fixture.h"
#include "testing/matchers.h"

namespace sigla::wasm {
namespace {

const std::string kTestdata = "src/formats/wasm/testdata/";

const Function* find(const std::vector<Function>& functions, std::string_view name) {
  for (const Function& function : functions) {
    if (function.name == name) return &function;
  }
  return nullptr;
}

TEST(WasmFunctions, AreNamedByTheNameSection) {
  const Buffer file = read_fixture(kTestdata + "small.wasm");
  ASSERT_OK_AND_ASSIGN(const Module module, Module::open(file, Limits()));
  ASSERT_OK_AND_ASSIGN(const auto functions, functions_of(module, Limits()));
  const Function* const hidden = find(functions, "hidden");
  const Function* const answer = find(functions, "answer");
  ASSERT_NE(hidden, nullptr);
  ASSERT_NE(answer, nullptr);
  const Section* code = module.section(kCodeSection);
  for (const Function* function : {hidden, answer}) {
    EXPECT_GT(function->address, code->offset);
    EXPECT_LE(function->address + function->size, code->offset + code->data.size());
    EXPECT_GT(function->size, 4U);
  }
}

TEST(WasmFunctions, AreNamedByTheirExportsWithoutOne) {
  const Buffer file = read_fixture(kTestdata + "small.plain.wasm");
  ASSERT_OK_AND_ASSIGN(const Module module, Module::open(file, Limits()));
  ASSERT_OK_AND_ASSIGN(const auto functions, functions_of(module, Limits()));
  EXPECT_NE(find(functions, "answer"), nullptr);
  EXPECT_EQ(find(functions, "hidden"), nullptr);
}

TEST(WasmFunctions, RejectsEveryTruncation) {
  const Buffer file = read_fixture(kTestdata + "small.wasm");
  for_every_prefix(file, 1, [](Bytes prefix) {
    const auto module = Module::open(prefix, Limits());
    if (module.has_value()) static_cast<void>(functions_of(*module, Limits()));
  });
}

TEST(WasmFunctions, CountImportsOfEveryKindFirst) {
  BytesBuilder imports;
  imports.uleb(5);
  const auto import = [&](std::uint8_t kind) -> BytesBuilder& {
    return imports.uleb(3).text("env").uleb(1).text("x").u8(kind);
  };
  import(kFunction).uleb(0);
  import(kTable).u8(0x70).u8(1).uleb(1).uleb(300);
  import(kMemory).u8(0).uleb(2);
  import(kGlobal).u8(0x7f).u8(1);
  import(kTag).u8(0).uleb(0);
  BytesBuilder exports;  // function 1, the first that is defined here
  exports.uleb(2).uleb(1).text("x").u8(kMemory).uleb(1).uleb(3).text("one").u8(kFunction).uleb(1);
  BytesBuilder code;
  code.uleb(1).uleb(2).u8(0).u8(0x0b);
  BytesBuilder file;
  file.text(kMagic).u32(kModuleVersion);
  const auto section = [&](std::uint8_t id, const BytesBuilder& content) {
    file.u8(id).uleb(content.size()).bytes(content.build());
  };
  section(kImportSection, imports);
  section(kExportSection, exports);
  section(kCodeSection, code);
  const Buffer bytes = file.build();
  ASSERT_OK_AND_ASSIGN(const Module module, Module::open(bytes, Limits()));
  ASSERT_OK_AND_ASSIGN(const auto functions, functions_of(module, Limits()));
  ASSERT_EQ(functions.size(), 1U);
  EXPECT_EQ(functions[0].name, "one");
  EXPECT_EQ(functions[0].size, 2U);
  EXPECT_EQ(functions[0].address, bytes.size() - 2);
}

}  // namespace
}  // namespace sigla::wasm
