// SPDX-License-Identifier: Apache-2.0
#include "formats/pdb/type_names.h"

#include <gmock/gmock.h>

#include "formats/pdb/debug_pdb_for_test.h"
#include "testing/fixture.h"
#include "testing/matchers.h"

namespace sigla::pdb {
namespace {

constexpr std::uint32_t kInt = 0x74;
constexpr std::uint32_t kChar = 0x70;
constexpr std::uint32_t kVoid = 0x03;

enum : std::uint32_t {
  kPointer64 = 0x1000c,
  kConst = 1U << 10U,
  kVolatile = 1U << 9U,
  kReference = 1U << 5U,
  kDataMember = 2U << 5U,
  kMemberFunction = 3U << 5U,
  kRvalueReference = 4U << 5U,
};

class TypeNamesTest : public testing::Test {
 protected:
  std::uint32_t structure(std::string_view name, std::uint16_t kind = LF_STRUCTURE) {
    return types_.add(kind, BytesBuilder().zeros(16).u16(8).cstring(name));
  }
  std::uint32_t pointer(std::uint32_t referent, std::uint32_t attributes = 0) {
    return types_.add(LF_POINTER, BytesBuilder().u32(referent).u32(kPointer64 | attributes));
  }
  std::uint32_t member_pointer(std::uint32_t referent, std::uint32_t owner, std::uint32_t mode) {
    return types_.add(LF_POINTER,
                      BytesBuilder().u32(referent).u32(kPointer64 | mode).u32(owner).u16(0));
  }
  std::uint32_t modifier(std::uint32_t type, std::uint16_t modifiers) {
    return types_.add(LF_MODIFIER, BytesBuilder().u32(type).u16(modifiers));
  }
  std::uint32_t arguments(const std::vector<std::uint32_t>& list) {
    BytesBuilder b;
    b.u32(list.size());
    for (const std::uint32_t type : list) b.u32(type);
    return types_.add(LF_ARGLIST, b);
  }
  std::uint32_t function(std::uint32_t result, const std::vector<std::uint32_t>& list) {
    const std::uint32_t argument_list = arguments(list);
    return types_.add(LF_PROCEDURE,
                      BytesBuilder().u32(result).u16(0).u16(list.size()).u32(argument_list));
  }
  std::uint32_t method(std::uint32_t owner, const std::vector<std::uint32_t>& list) {
    const std::uint32_t argument_list = arguments(list);
    return types_.add(
        LF_MFUNCTION,
        BytesBuilder().u32(kVoid).u32(owner).u32(0).u16(0).u16(0).u32(argument_list).u32(0));
  }

  void open() {
    file_ = build_msf(512, {{}, {}, types_.build(), {}, ids_.build()});
    auto container = Container::open(file_, Limits());
    ASSERT_THAT(container, IsOk());
    auto types = TypeStream::open(container.value(), kTpiStream);
    auto ids = TypeStream::open(container.value(), kIpiStream);
    ASSERT_THAT(types, IsOk());
    ASSERT_THAT(ids, IsOk());
    type_stream_ = std::move(types).value();
    id_stream_ = std::move(ids).value();
  }
  std::string type(std::uint32_t index) {
    open();
    return std::string(TypeNames(type_stream_, id_stream_, limits_).type(index));
  }
  std::string function_name(std::uint32_t id) {
    open();
    return std::string(TypeNames(type_stream_, id_stream_, limits_).function(id));
  }
  std::string parameters(std::uint32_t index, bool is_id = false) {
    open();
    Procedure procedure;
    procedure.type = index;
    procedure.type_is_id = is_id;
    return std::string(TypeNames(type_stream_, id_stream_, limits_).parameters(procedure));
  }

  Limits limits_;
  TypesForTest types_;
  TypesForTest ids_;
  Buffer file_;
  TypeStream type_stream_;
  TypeStream id_stream_;
};

TEST_F(TypeNamesTest, NamesBuiltInTypes) {
  EXPECT_EQ(type(kInt), "int");
  EXPECT_EQ(type(0x23), "unsigned __int64");
  EXPECT_EQ(type(0x7c), "char8_t");
  EXPECT_EQ(type(0x670), "char *");
  EXPECT_EQ(type(0x103), "std::nullptr_t");
  EXPECT_EQ(type(0xff), "?");
}

TEST_F(TypeNamesTest, NamesPointersAndReferences) {
  const std::uint32_t s = structure("ns::S<int>");
  const std::uint32_t const_s = modifier(s, 1);
  EXPECT_EQ(type(pointer(s)), "ns::S<int> *");
  EXPECT_EQ(type(pointer(const_s)), "ns::S<int> const *");
  EXPECT_EQ(type(pointer(pointer(s), kConst)), "ns::S<int> **const");
  EXPECT_EQ(type(pointer(const_s, kReference)), "ns::S<int> const &");
  EXPECT_EQ(type(pointer(s, kRvalueReference)), "ns::S<int> &&");
  EXPECT_EQ(type(pointer(kInt, kVolatile)), "int *volatile");
  EXPECT_EQ(type(member_pointer(kInt, s, kDataMember)), "int ns::S<int>::*");
}

TEST_F(TypeNamesTest, NamesFunctionsAndArrays) {
  const std::uint32_t s = structure("S", LF_CLASS);
  const std::uint32_t f = function(kInt, {kChar, pointer(s)});
  EXPECT_EQ(type(f), "int(char, S *)");
  EXPECT_EQ(type(pointer(f)), "int (*)(char, S *)");
  EXPECT_EQ(type(member_pointer(method(s, {kInt}), s, kMemberFunction)), "void (S::*)(int)");
  const std::uint32_t array = types_.add(LF_ARRAY, BytesBuilder().u32(kInt).u32(0x23).u16(8).u8(0));
  EXPECT_EQ(type(array), "int[]");
  EXPECT_EQ(type(pointer(array)), "int (*)[]");
}

TEST_F(TypeNamesTest, NamesEveryKindOfUserType) {
  EXPECT_EQ(type(structure("C", LF_CLASS)), "C");
  EXPECT_EQ(type(structure("I", LF_INTERFACE)), "I");
  EXPECT_EQ(type(types_.add(LF_UNION, BytesBuilder().zeros(8).u16(4).cstring("U"))), "U");
  EXPECT_EQ(type(types_.add(LF_ENUM, BytesBuilder().zeros(12).cstring("E"))), "E");
  EXPECT_EQ(type(types_.add(LF_STRUCTURE2, BytesBuilder().zeros(18).u16(4).cstring("S2"))), "S2");
  const auto with_size = [&](std::uint16_t leaf, std::size_t size) {
    return type(
        types_.add(LF_STRUCTURE, BytesBuilder().zeros(16).u16(leaf).zeros(size).cstring("N")));
  };
  EXPECT_EQ(with_size(LF_CHAR, 1), "N");
  EXPECT_EQ(with_size(LF_USHORT, 2), "N");
  EXPECT_EQ(with_size(LF_ULONG, 4), "N");
  EXPECT_EQ(with_size(LF_UQUADWORD, 8), "N");
  EXPECT_EQ(with_size(0x8005, 8), "?") << "a size that is a float";
}

TEST_F(TypeNamesTest, NamesFunctionsWithTheirScope) {
  const std::uint32_t s = structure("a::S<b::T>");
  const std::uint32_t scope = ids_.add(LF_STRING_ID, BytesBuilder().u32(0).cstring("ns"));
  EXPECT_EQ(function_name(ids_.add(LF_FUNC_ID, BytesBuilder().u32(0).u32(0).cstring("f"))), "f");
  EXPECT_EQ(function_name(ids_.add(LF_FUNC_ID, BytesBuilder().u32(scope).u32(0).cstring("f"))),
            "ns::f");
  const auto member = [&](std::string_view name) {
    return function_name(ids_.add(LF_MFUNC_ID, BytesBuilder().u32(s).u32(0).cstring(name)));
  };
  EXPECT_EQ(member("m"), "a::S<b::T>::m");
  EXPECT_EQ(member("{ctor}"), "a::S<b::T>::S<b::T>");
  EXPECT_EQ(member("{dtor}"), "a::S<b::T>::~S<b::T>");
  EXPECT_EQ(function_name(scope), "");
  EXPECT_EQ(function_name(0x2000), "");
}

TEST_F(TypeNamesTest, ListsParameters) {
  EXPECT_EQ(parameters(function(kVoid, {})), "()");
  EXPECT_EQ(parameters(function(kVoid, {kInt, 0x670})), "(int, char *)");
  EXPECT_EQ(parameters(function(kVoid, {0x670, 0})), "(char *, ...)");
  EXPECT_EQ(parameters(method(structure("S"), {kInt})), "(int)");
  const std::uint32_t type = function(kVoid, {kInt});
  EXPECT_EQ(parameters(ids_.add(LF_FUNC_ID, BytesBuilder().u32(0).u32(type).cstring("f")), true),
            "(int)");
  EXPECT_EQ(parameters(0), "");
  EXPECT_EQ(parameters(kInt), "");
}

TEST_F(TypeNamesTest, EndsWhereTypesReferToThemselves) {
  const std::uint32_t itself = pointer(0x1000);
  EXPECT_LT(type(itself).size(), 200U);
  const std::uint32_t scope = ids_.add(LF_FUNC_ID, BytesBuilder().u32(0x1000).u32(0).cstring("f"));
  EXPECT_LT(function_name(scope).size(), 300U);
}

// Each level has two of the next: without a ceiling the name would have 2^64 words.
TEST_F(TypeNamesTest, EndsWhereTypesDouble) {
  std::uint32_t last = kInt;
  for (int i = 0; i < 60; ++i) last = function(kInt, {last, last});
  EXPECT_LT(type(last).size(), 64U * limits_.symbol_name_size_max);
  limits_.symbol_name_size_max = 100;
  EXPECT_LT(type(last).size(), 6'400U);
}

TEST_F(TypeNamesTest, NestsUpToTheLimit) {
  std::uint32_t last = kInt;
  for (int i = 0; i < 10; ++i) last = pointer(last);
  limits_.type_depth_max = 11;
  EXPECT_EQ(type(last), "int **********");
  limits_.type_depth_max = 10;
  EXPECT_EQ(type(last), "? **********");
}

TEST(TypeStream, RejectsBadHeaders) {
  TypesForTest types;
  types.add(LF_UNION, BytesBuilder().zeros(8).u16(4).cstring("U"));
  const Buffer good = types.build();
  const auto with = [&](std::size_t offset, std::uint32_t value) {
    Buffer stream = good;
    std::memcpy(stream.data() + offset, &value, 4);
    const Buffer file = build_msf(512, {{}, {}, stream});
    auto container = Container::open(file, Limits());
    SIGLA_CHECK(container.has_value());
    auto opened = TypeStream::open(container.value(), kTpiStream);
    return opened.has_value() ? std::to_string(opened.value().end_index())
                              : opened.error().message();
  };
  EXPECT_EQ(with(0, 20'040'203), "4097");
  EXPECT_THAT(with(0, 1), testing::HasSubstr("version 1"));
  EXPECT_THAT(with(4, UINT32_MAX), testing::HasSubstr("truncated"));
  EXPECT_THAT(with(8, 0), testing::HasSubstr("indexes from 0"));
  EXPECT_THAT(with(8, 0x1002), testing::HasSubstr("indexes"));
  EXPECT_EQ(with(12, UINT32_MAX), "4097") << "more indexes than records";
  EXPECT_THAT(with(16, UINT32_MAX), testing::HasSubstr("truncated"));
  EXPECT_EQ(with(16, 3), "4096") << "a record that is cut";
}

TEST_F(TypeNamesTest, SurvivesRecordsCutAnywhere) {
  const Buffer records = types_.records;
  const std::uint32_t s = structure("ns::S");
  const std::uint32_t f = function(kInt, {pointer(s), modifier(s, 3)});
  const std::uint32_t p = pointer(f);
  const Buffer whole = types_.records;
  for (std::size_t i = 2; i < whole.size(); ++i) {
    for (const unsigned value : {0x00U, 0x01U, 0x7fU, 0xffU}) {
      types_.records = whole;
      types_.records[i] = static_cast<std::uint8_t>(value);
      static_cast<void>(type(p));
    }
  }
}

}  // namespace
}  // namespace sigla::pdb
