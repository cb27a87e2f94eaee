// SPDX-License-Identifier: Apache-2.0
// Builds the metadata of an assembly for tests.
//
//   namespace N { class C<T> { async Task Run<U>(int x, List<T> y); class <Run>d__3 { MoveNext } }
//   }
#pragma once

#include "codec/clr_metadata_for_test.h"

namespace sigla::clr {

inline ClrMetadataForTest typical_program() {
  using T = ClrTable;
  ClrMetadataForTest m;
  const auto coded = ClrMetadataForTest::coded;
  m.add(T::kModule, {0, m.string("app.dll"), m.guid("0f0e0d0c0b0a09080706050403020100"), 0, 0});
  const std::uint32_t reference = coded(ClrCodedIndex::kResolutionScope, T::kAssemblyRef, 1);
  m.add(T::kTypeRef, {reference, m.string("List`1"), m.string("System.Collections.Generic")});
  m.add(T::kTypeRef,
        {coded(ClrCodedIndex::kResolutionScope, T::kTypeRef, 1), m.string("Enumerator"), 0});
  m.add(T::kTypeDef, {0, m.string("<Module>"), 0, 0, 1, 1});
  m.add(T::kTypeDef, {1, m.string("C`1"), m.string("N"), 0, 1, 1});
  m.add(T::kTypeDef, {2, m.string("<Run>d__3"), 0, 0, 1, 3});
  // Run: instance, generic, two parameters; a second method of that name.
  const Buffer run = {0x30, 1, 2, 0x01, 0x08, 0x15, 0x12, 0x05, 1, 0x13, 0};
  const Buffer plain = {0x00, 1, 0x1d, 0x0e, 0x10, 0x1e, 0};
  const Buffer move_next = {0x20, 0, 0x01};
  m.add(T::kMethodDef, {0, 0, 0, m.string("Run"), m.blob(run), 1});
  m.add(T::kMethodDef, {0, 0, 0, m.string("Run"), m.blob(plain), 4});
  m.add(T::kMethodDef, {0, 0, 0, m.string("MoveNext"), m.blob(move_next), 5});
  m.add(T::kParam, {0, 0, 0});  // the return value
  m.add(T::kParam, {0, 1, m.string("x")});
  m.add(T::kParam, {0, 2, m.string("y")});
  m.add(T::kParam, {0, 1, m.string("z")});
  const std::uint32_t constructor = coded(ClrCodedIndex::kCustomAttributeType, T::kMemberRef, 1);
  const std::string type_name = "N.C`1+<Run>d__3";
  m.add(T::kMemberRef, {0, m.string(".ctor"), 0});
  m.add(T::kCustomAttribute,
        {coded(ClrCodedIndex::kHasCustomAttribute, T::kMethodDef, 1),
         constructor,
         m.blob(std::string("\1\0", 2) + static_cast<char>(type_name.size()) + type_name +
                std::string(2, '\0'))});
  m.add(T::kAssembly, {0, 1, 2, 3, 4, 0, 0, m.string("app"), 0});
  m.add(T::kAssemblyRef, {4, 0, 0, 0, 0, 0, m.string("mscorlib"), 0, 0});
  m.add(T::kNestedClass, {3, 2});
  m.add(T::kGenericParam,
        {0, 0, coded(ClrCodedIndex::kTypeOrMethodDef, T::kMethodDef, 1), m.string("U")});
  m.add(T::kGenericParam,
        {0, 0, coded(ClrCodedIndex::kTypeOrMethodDef, T::kTypeDef, 2), m.string("T")});
  return m;
}

}  // namespace sigla::clr
