// SPDX-License-Identifier: Apache-2.0
#include "formats/wasm/identity.h"

#include <gtest/gtest.h>

#include "base/text.h"
#include "formats/wasm/dump.h"
#include "testing/bytes_builder.h"
#include "testing/fixture.h"
#include "testing/matchers.h"

namespace sigla::wasm {
namespace {

const std::string kTestdata = "src/formats/wasm/testdata/";

BytesBuilder header() {
  BytesBuilder b;
  b.text(kMagic).u32(kModuleVersion);
  return b;
}

Buffer module_with(std::string_view custom_name, std::string_view payload) {
  BytesBuilder b = header();
  b.u8(kCustomSection).uleb(1 + custom_name.size() + payload.size());
  b.uleb(custom_name.size()).text(custom_name).text(payload);
  return b.build();
}

Identity identity_of(const Buffer& file) {
  auto identity = identify_wasm(file, "x.wasm", Limits());
  EXPECT_THAT(identity, IsOk());
  return identity.has_value() ? std::move(identity).value() : Identity();
}

TEST(WasmIdentity, OfALinkedModule) {
  const Identity identity = identity_of(read_fixture(kTestdata + "small.wasm"));
  EXPECT_EQ(identity.format, Format::kWasm);
  EXPECT_EQ(identity.kind, ObjectKind::kLibrary);
  EXPECT_EQ(identity.arch, Arch::kWasm32);
  EXPECT_EQ(identity.name, "x.wasm");
  EXPECT_EQ(identity.code_id.text(), "ac709df9c825fc6fa8daf5c105b67e41c0f454fd");
  EXPECT_EQ(identity.debug_id->dashed(), "ac709df9-c825-fc6f-a8da-f5c105b67e41");
  EXPECT_TRUE(identity.has_symbols);
  EXPECT_TRUE(identity.has_debug_info);
  EXPECT_FALSE(identity.has_unwind_info);
}

TEST(WasmIdentity, OfModulesWithLess) {
  const Identity uuid = identity_of(read_fixture(kTestdata + "small.uuid.wasm"));
  EXPECT_EQ(uuid.debug_id->dashed(), "bda18fd8-5d4a-4eb8-9302-2d6bfad846b1");
  EXPECT_FALSE(uuid.has_debug_info);
  const Identity plain = identity_of(read_fixture(kTestdata + "small.plain.wasm"));
  EXPECT_FALSE(plain.debug_id.has_value());
  EXPECT_TRUE(plain.code_id.empty());
  EXPECT_FALSE(plain.has_symbols);
  const Identity object = identity_of(read_fixture(kTestdata + "small.o"));
  EXPECT_EQ(object.kind, ObjectKind::kRelocatable);
}

TEST(WasmIdentity, OfADebugCompanion) {
  EXPECT_EQ(identity_of(module_with(".debug_info", "x")).kind, ObjectKind::kDebug);
  EXPECT_EQ(identity_of(module_with("external_debug_info",
                                    "\x05"
                                    "a.dwo"))
                .debug_file_name,
            "a.dwo");
}

TEST(WasmBuildId, IsTheSameBareAndWithItsSizeInFront) {
  const std::string id = "0123456789abcdef";
  EXPECT_EQ(identity_of(module_with("build_id", id)).code_id, CodeId::from_bytes(as_bytes(id)));
  EXPECT_EQ(identity_of(module_with("build_id", "\x10" + id)).code_id,
            CodeId::from_bytes(as_bytes(id)));
}

TEST(WasmBuildId, OfSixteenBytesIsNeverTakenForASizeAndFifteen) {
  const std::string id =
      "\x0f"
      "123456789abcdef";
  EXPECT_EQ(identity_of(module_with("build_id", id)).code_id, CodeId::from_bytes(as_bytes(id)));
}

TEST(WasmBuildId, ShorterThanADebugIdIsPadded) {
  const Identity identity = identity_of(module_with("build_id",
                                                    "\x02"
                                                    "ab"));
  EXPECT_EQ(identity.code_id.text(), "6162");
  EXPECT_EQ(identity.debug_id->dashed(), "61620000-0000-0000-0000-000000000000");
  EXPECT_FALSE(identity_of(module_with("build_id", "")).debug_id.has_value());
}

TEST(WasmModule, RejectsEveryTruncation) {
  const Buffer file = read_fixture(kTestdata + "small.wasm");
  ASSERT_OK_AND_ASSIGN(const Module whole, Module::open(file, Limits()));
  for_every_prefix(file, 1, [&](Bytes prefix) {
    const auto module = Module::open(prefix, Limits());
    // A prefix that ends where a section does is a shorter module.
    if (module.has_value()) {
      EXPECT_LT(module->sections().size(), whole.sections().size());
    } else {
      EXPECT_THAT(module, IsError(ErrorCode::kMalformed, "WebAssembly"));
    }
  });
}

TEST(WasmModule, RejectsSizesThatDoNotFit) {
  for (const std::uint64_t size :
       {std::uint64_t{5}, std::uint64_t{0xffffffff}, ~std::uint64_t{0}}) {
    BytesBuilder b = header();
    b.u8(kCodeSection).uleb(size).text("abcd");
    EXPECT_THAT(Module::open(b.build(), Limits()), IsError(ErrorCode::kMalformed, "section"));
    BytesBuilder name = header();
    name.u8(kCustomSection).uleb(14).uleb(size).zeros(14);
    EXPECT_THAT(Module::open(name.build(), Limits()),
                IsError(ErrorCode::kMalformed, "WebAssembly"));
  }
}

TEST(WasmModule, RefusesComponentsAndOtherMagic) {
  BytesBuilder b;
  b.text(kMagic).u32(0x1000d);
  EXPECT_THAT(Module::open(b.build(), Limits()), IsError(ErrorCode::kUnsupported, "0x1000d"));
  EXPECT_THAT(Module::open(as_bytes("wasm"), Limits()), IsError(ErrorCode::kMalformed, "magic"));
}

TEST(WasmModule, StopsAtTheSectionLimit) {
  Limits limits;
  limits.section_count_max = 2;
  EXPECT_THAT(Module::open(read_fixture(kTestdata + "small.wasm"), limits),
              IsError(ErrorCode::kLimitExceeded, "more than 2"));
}

TEST(WasmDump, IsStable) {
  for (const std::string name : {"small.wasm", "small.o", "small.plain.wasm"}) {
    const Buffer file = read_fixture(kTestdata + name);
    ASSERT_OK_AND_ASSIGN(const Module module, Module::open(file, Limits()));
    expect_golden(kTestdata + name + ".golden.txt", dump(module, Limits()));
  }
}

}  // namespace
}  // namespace sigla::wasm
