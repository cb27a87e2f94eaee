// SPDX-License-Identifier: Apache-2.0
#include "formats/wasm/functions.h"

#include <algorithm>

#include "base/byte_reader.h"

namespace sigla::wasm {
namespace {

std::string_view read_name(ByteReader& reader, const Limits& limits) {
  const std::uint64_t size = reader.uleb128();
  if (size > limits.symbol_name_size_max) reader.fail();
  return as_text(reader.bytes(reader.ok() ? size : 0));
}

// { flags, minimum, [maximum] }
void skip_limits(ByteReader& reader) {
  constexpr std::uint64_t kHasMaximum = 1;
  const std::uint64_t flags = reader.uleb128();
  static_cast<void>(reader.uleb128());
  if ((flags & kHasMaximum) != 0) static_cast<void>(reader.uleb128());
}

// How many functions come from elsewhere: { module name, name, kind, description } each.
std::uint64_t count_imports(const Module& module, const Limits& limits) {
  const Section* section = module.section(kImportSection);
  if (section == nullptr) return 0;
  ByteReader reader(section->data);
  std::uint64_t function_count = 0;
  for (std::uint64_t rest = reader.uleb128(); rest != 0 && !reader.at_end(); --rest) {
    read_name(reader, limits);
    read_name(reader, limits);
    const std::uint8_t kind = reader.u8();
    switch (kind) {
      case kFunction:
        static_cast<void>(reader.uleb128());
        ++function_count;
        break;
      case kTable:
        reader.skip(1);
        skip_limits(reader);
        break;
      case kMemory:
        skip_limits(reader);
        break;
      case kGlobal:
        reader.skip(2);
        break;
      case kTag:
        reader.skip(1);
        static_cast<void>(reader.uleb128());
        break;
      default:
        return function_count;
    }
  }
  return function_count;
}

class Namer {
 public:
  Namer(std::vector<Function>& functions, std::uint64_t import_count)
      : functions_(functions), import_count_(import_count) {}

  // The first name a function is given stays.
  void name(std::uint64_t number, std::string_view name) {
    if (number < import_count_ || number - import_count_ >= functions_.size()) return;
    Function& function = functions_[static_cast<std::size_t>(number - import_count_)];
    if (function.name.empty()) function.name = name;
  }

 private:
  std::vector<Function>& functions_;
  std::uint64_t import_count_;
};

void read_name_section(const Module& module, const Limits& limits, Namer& namer) {
  const Section* section = module.custom_section("name");
  if (section == nullptr) return;
  ByteReader reader(section->data);
  while (!reader.at_end()) {
    const std::uint8_t id = reader.u8();
    ByteReader part(reader.bytes(reader.uleb128()));
    if (id != kFunctionNames) continue;
    for (std::uint64_t rest = part.uleb128(); rest != 0 && !part.at_end(); --rest) {
      const std::uint64_t number = part.uleb128();
      const std::string_view name = read_name(part, limits);
      if (part.ok()) namer.name(number, name);
    }
  }
}

void read_exports(const Module& module, const Limits& limits, Namer& namer) {
  const Section* section = module.section(kExportSection);
  if (section == nullptr) return;
  ByteReader reader(section->data);
  for (std::uint64_t rest = reader.uleb128(); rest != 0 && !reader.at_end(); --rest) {
    const std::string_view name = read_name(reader, limits);
    const std::uint8_t kind = reader.u8();
    const std::uint64_t number = reader.uleb128();
    if (reader.ok() && kind == kFunction) namer.name(number, name);
  }
}

}  // namespace

Result<std::vector<Function>> functions_of(const Module& module, const Limits& limits) {
  std::vector<Function> functions;
  const Section* code = module.section(kCodeSection);
  if (code == nullptr) return functions;
  ByteReader reader(code->data);
  const std::uint64_t count = reader.uleb128();
  // Each takes at least its size.
  functions.reserve(static_cast<std::size_t>(std::min<std::uint64_t>(count, reader.remaining())));
  for (std::uint64_t i = 0; i < count && reader.ok(); ++i) {
    const std::uint64_t size = reader.uleb128();
    functions.push_back({code->offset + reader.position(), size, {}});
    reader.skip(size);
  }
  SIGLA_TRY(reader.finish("WebAssembly code section"));
  Namer namer(functions, count_imports(module, limits));
  read_name_section(module, limits, namer);
  read_exports(module, limits, namer);
  return functions;
}

}  // namespace sigla::wasm
