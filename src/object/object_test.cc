// SPDX-License-Identifier: Apache-2.0
#include "object/object.h"

#include <gmock/gmock.h>

#include "codec/encoder.h"
#include "formats/pdb/pdb_for_test.h"
#include "formats/ppdb/ppdb_for_test.h"
#include "object/object_codec.h"
#include "object/pe_with_pdb_for_test.h"
#include "object/unwrapped_name.h"
#include "testing/fixture.h"
#include "testing/matchers.h"

namespace sigla {
namespace {

TEST(SniffFormat, TellsFormatsApartByContent) {
  const std::pair<const char*, Format> cases[] = {
      {"src/formats/pe/testdata/small64.dll", Format::kPe},
      {"src/formats/pdb/testdata/small64.pdb", Format::kPdb},
      {"fuzz/corpus/ppdb_metadata_fuzz/small.pdb", Format::kPortablePdb},
      {"fuzz/corpus/pdb_container_fuzz/small_msfz.pdb", Format::kPdb},
      {"fuzz/corpus/perfmap_header_fuzz/small.r2rmap", Format::kPerfMap},
  };
  for (const auto& [path, format] : cases)
    EXPECT_EQ(sniff_format(read_fixture(path)), format) << path;
  EXPECT_EQ(sniff_format(as_bytes("MODULE Linux x86_64 0 a\n")), Format::kBreakpad);
  EXPECT_EQ(sniff_format(as_bytes(std::string_view("\0asm\1\0\0\0", 8))), Format::kWasm);
  EXPECT_EQ(sniff_format(as_bytes("MDMP")), Format::kMinidump);
  // A Java class has a fat Mach-O's magic and no Mach-O.
  EXPECT_EQ(sniff_format(as_bytes(std::string_view("\xca\xfe\xba\xbe\0\0\0\x34", 8))),
            Format::kUnknown);
  EXPECT_EQ(sniff_format(as_bytes("MZ and nothing more")), Format::kUnknown);
  EXPECT_EQ(sniff_format(Bytes()), Format::kUnknown);
}

TEST(SniffWrapping, KnowsEveryCompression) {
  EXPECT_EQ(sniff_wrapping(as_bytes(std::string_view("MSCF\0\0\0\0", 8))), Wrapping::kCab);
  EXPECT_EQ(sniff_wrapping(encode(Codec::kGzip, as_bytes("x"))), Wrapping::kGzip);
  EXPECT_EQ(sniff_wrapping(encode(Codec::kZstd, as_bytes("x"))), Wrapping::kZstd);
  EXPECT_EQ(sniff_wrapping(as_bytes(std::string_view("\xfd"
                                                     "7zXZ\0\0\0",
                                                     8))),
            Wrapping::kXz);
  EXPECT_EQ(sniff_wrapping(as_bytes("BZh91AY&SY")), Wrapping::kBzip2);
  EXPECT_EQ(sniff_wrapping(as_bytes("MODULE Linux x86_64 0 a\n")), Wrapping::kNone);
  EXPECT_EQ(unwrapped_name("a.pdb.GZ", Wrapping::kGzip), "a.pdb");
  EXPECT_EQ(unwrapped_name("a.gz.zst", Wrapping::kZstd), "a.gz");
  EXPECT_EQ(unwrapped_name("a.pdb", Wrapping::kGzip), "a.pdb");
}

TEST(Identify, NamesWhatItDoesNotKnow) {
  EXPECT_THAT(identify(as_bytes("just text"), "a.pdb", Limits()),
              IsError(ErrorCode::kUnsupported, "no format we know"));
  EXPECT_THAT(identify(Bytes(), "a.pdb", Limits()), IsError(ErrorCode::kUnsupported, "format"));
}

TEST(Identify, FindsTheEmbeddedPdb) {
  const Buffer pdb = ppdb::typical_ppdb().build();
  const Buffer file = pe_with_embedded_pdb(pdb);
  ASSERT_OK_AND_ASSIGN(const auto objects, identify(file, "/b/a.dll", Limits()));
  ASSERT_EQ(objects.size(), 2U);
  EXPECT_EQ(objects[0].identity.format, Format::kPe);
  EXPECT_EQ(objects[0].size, file.size());
  EXPECT_FALSE(objects[0].identity.is_embedded);
  EXPECT_EQ(objects[1].identity.format, Format::kPortablePdb);
  EXPECT_TRUE(objects[1].identity.is_embedded);
  EXPECT_EQ(objects[1].identity.name, "a.pdb");
  EXPECT_EQ(objects[1].identity.debug_id, objects[0].identity.debug_id);
  EXPECT_EQ(objects[1].embedded_sources.size(), 2U);
  EXPECT_THAT(embedded_pdb(file, Limits()), IsOkAnd(pdb));
  EXPECT_THAT(embedded_pdb(pdb, Limits()), IsError(ErrorCode::kNotFound, "no PE"));
}

TEST(Identify, RefusesABrokenEmbeddedPdb) {
  const Buffer file = pe_with_embedded_pdb(as_bytes("no PDB at all"));
  EXPECT_THAT(identify(file, "a.dll", Limits()),
              IsError(ErrorCode::kMalformed, "embedded Portable PDB: Portable PDB: no magic"));
}

std::vector<Object> everything() {
  Object object;
  Identity& identity = object.identity;
  identity.format = Format::kPerfMap;
  identity.kind = ObjectKind::kCore;
  identity.arch = Arch::kIa64;
  identity.name = "näme";
  identity.debug_id = DebugId::parse("3249d99d-0c40-4931-8610-f4e4fb0b6936-1").value();
  identity.code_id = CodeId("5ab380779000");
  identity.debug_file_name = "C:\\b\\a.pdb";
  identity.has_symbols = identity.has_sources = true;
  identity.pdbs = {{"a.pdb", *identity.debug_id, true}};
  identity.time_date_stamp = 7;
  identity.is_managed = identity.is_embedded = true;
  identity.perfmap_signature = "734d59d6de0e96aa3c77b3e2ed498097";
  identity.perfmap_version = 1;
  identity.perfmaps = {{"a.map", "00", 2}};
  identity.version = "1.2.3.4";
  identity.version_flavor = ".dbg";
  identity.loaded_modules.resize(2);
  identity.loaded_modules[1].name = "module";
  object.offset = 1ULL << 40;
  object.size = 9;
  object.embedded_sources = {{"a.cs", 204}};
  object.source_link = "{}";
  return {object, Object()};
}

TEST(ObjectCodec, RoundTrips) {
  const std::string encoded = encode_objects(everything());
  ASSERT_OK_AND_ASSIGN(const auto decoded, decode_objects(as_bytes(encoded), Limits()));
  ASSERT_EQ(decoded.size(), 2U);
  EXPECT_EQ(encode_objects(decoded), encoded);
  EXPECT_EQ(decoded[0].identity.name, "näme");
  EXPECT_EQ(decoded[0].identity.debug_id->age, 1U);
  EXPECT_EQ(decoded[0].identity.code_id.text(), "5ab380779000");
  EXPECT_FALSE(decoded[0].identity.size_of_image.has_value());
  EXPECT_EQ(decoded[0].identity.loaded_modules[1].name, "module");
  EXPECT_EQ(decoded[0].offset, 1ULL << 40);
  EXPECT_EQ(decoded[0].embedded_sources[0].size, 204U);
}

TEST(ObjectCodec, RejectsEveryTruncationAndExtremeByte) {
  const std::string encoded = encode_objects(everything());
  for_every_prefix(as_bytes(encoded), 1, [](Bytes prefix) {
    EXPECT_THAT(decode_objects(prefix, Limits()), IsError(ErrorCode::kMalformed, "worker"));
  });
  EXPECT_THAT(decode_objects(as_bytes(encoded + "x"), Limits()),
              IsError(ErrorCode::kMalformed, "too many"));
  for (std::size_t i = 0; i < encoded.size(); ++i) {
    std::string damaged = encoded;
    damaged[i] = '\xff';
    static_cast<void>(decode_objects(as_bytes(damaged), Limits()).has_value());
  }
}

}  // namespace
}  // namespace sigla
