// SPDX-License-Identifier: Apache-2.0
#include "object/object_codec.h"

#include <concepts>
#include <type_traits>

#include "base/byte_reader.h"

namespace sigla {
namespace {

constexpr std::uint32_t kModuleDepthMax = 1;  // a dump's modules have none of their own

// One description of every field serves both directions: `archive` writes what it is given, or
// overwrites it with what it read.
class Writer {
 public:
  template <std::unsigned_integral T>
  void field(const T& value) {
    for (std::size_t i = 0; i < sizeof(T); ++i) {
      bytes_ += static_cast<char>(static_cast<std::uint8_t>(value >> (8 * i)));
    }
  }
  void field(const bool& flag) { field(std::uint8_t{flag}); }
  template <typename T>
    requires std::is_enum_v<T>
  void field(const T& value) {
    field(static_cast<std::uint32_t>(value));
  }
  void field(const std::string& text) {
    field(static_cast<std::uint32_t>(text.size()));
    bytes_ += text;
  }
  template <typename T, typename Visit>
  void list(const std::vector<T>& items, Visit visit) {
    field(static_cast<std::uint32_t>(items.size()));
    for (const T& item : items) visit(*this, item);
  }
  template <typename T, typename Visit>
  void optional(const std::optional<T>& item, Visit visit) {
    field(item.has_value());
    if (item) visit(*this, *item);
  }
  bool ok() const { return true; }
  std::string take() { return std::move(bytes_); }

 private:
  std::string bytes_;
};

class Reader {
 public:
  explicit Reader(Bytes bytes) : reader_(bytes) {}

  template <std::unsigned_integral T>
  void field(T& value) {
    value = reader_.read<T>();
  }
  void field(bool& flag) {
    const std::uint8_t value = reader_.u8();
    if (value > 1) reader_.fail();
    flag = value == 1;
  }
  void field(Format& value) { read_enum(value, Format::kUuidMap); }
  void field(ObjectKind& value) { read_enum(value, ObjectKind::kCore); }
  void field(Arch& value) { read_enum(value, Arch::kIa64); }
  void field(std::string& text) {
    const std::uint32_t size = reader_.u32();
    text = as_text(reader_.bytes(size));
  }
  template <typename T, typename Visit>
  void list(std::vector<T>& items, Visit visit) {
    const std::uint32_t count = reader_.u32();
    // Every item takes at least a byte, so a count past the end stops at the end.
    for (std::uint32_t i = 0; i < count && reader_.ok() && !reader_.at_end(); ++i) {
      visit(*this, items.emplace_back());
    }
    if (items.size() != count) reader_.fail();
  }
  template <typename T, typename Visit>
  void optional(std::optional<T>& item, Visit visit) {
    bool is_there = false;
    field(is_there);
    if (is_there) visit(*this, item.emplace());
  }
  bool ok() const { return reader_.ok(); }
  Status finish() const {
    SIGLA_TRY(reader_.finish("worker's answer"));
    if (!reader_.at_end())
      return malformed("worker's answer: {} bytes too many", reader_.remaining());
    return {};
  }

 private:
  template <typename T>
  void read_enum(T& value, T last) {
    const std::uint32_t number = reader_.u32();
    if (number > static_cast<std::uint32_t>(last)) {
      reader_.fail();
      return;
    }
    value = static_cast<T>(number);
  }

  ByteReader reader_;
};

template <typename Archive, typename Id>
void visit_debug_id(Archive& archive, Id& id) {
  for (auto& byte : id.guid) archive.field(byte);
  archive.field(id.age);
}

void visit_code_id(Writer& archive, const CodeId& id) { archive.field(id.text()); }
void visit_code_id(Reader& archive, CodeId& id) {
  std::string text;
  archive.field(text);
  id = CodeId(text);
}

template <typename Archive, typename I>
void visit_identity(Archive& archive, I& identity, std::uint32_t depth) {
  const auto plain = [](auto& a, auto& value) { a.field(value); };
  archive.field(identity.format);
  archive.field(identity.kind);
  archive.field(identity.arch);
  archive.field(identity.name);
  archive.optional(identity.debug_id, [](auto& a, auto& id) { visit_debug_id(a, id); });
  visit_code_id(archive, identity.code_id);
  archive.field(identity.debug_file_name);
  archive.field(identity.has_symbols);
  archive.field(identity.has_debug_info);
  archive.field(identity.has_unwind_info);
  archive.field(identity.has_sources);
  archive.list(identity.pdbs, [](auto& a, auto& pdb) {
    a.field(pdb.path);
    visit_debug_id(a, pdb.debug_id);
    a.field(pdb.portable);
  });
  archive.optional(identity.time_date_stamp, plain);
  archive.optional(identity.size_of_image, plain);
  archive.field(identity.is_managed);
  archive.field(identity.is_msfz);
  archive.field(identity.perfmap_signature);
  archive.field(identity.perfmap_version);
  archive.list(identity.perfmaps, [](auto& a, auto& map) {
    a.field(map.name);
    a.field(map.signature);
    a.field(map.version);
  });
  archive.field(identity.version);
  archive.field(identity.version_flavor);
  archive.field(identity.is_embedded);
  archive.field(identity.mvid);
  if (depth < kModuleDepthMax) {
    archive.list(identity.loaded_modules,
                 [depth](auto& a, auto& module) { visit_identity(a, module, depth + 1); });
  }
}

template <typename Archive, typename O>
void visit_object(Archive& archive, O& object) {
  visit_identity(archive, object.identity, 0);
  archive.field(object.offset);
  archive.field(object.size);
  archive.list(object.embedded_sources, [](auto& a, auto& source) {
    a.field(source.path);
    a.field(source.size);
  });
  archive.field(object.source_link);
  archive.list(object.documents, [](auto& a, auto& document) {
    a.field(document.path);
    a.field(document.language);
    a.field(document.hash_algorithm);
    a.field(document.hash);
    a.field(document.is_embedded);
  });
  archive.list(object.pdb_checksums, [](auto& a, auto& checksum) {
    a.field(checksum.algorithm);
    a.field(checksum.digest);
    a.optional(checksum.is_right, [](auto& to, auto& flag) { to.field(flag); });
  });
}

}  // namespace

std::string encode_objects(const std::vector<Object>& objects) {
  Writer writer;
  writer.list(objects,
              [](Writer& archive, const Object& object) { visit_object(archive, object); });
  return writer.take();
}

Result<std::vector<Object>> decode_objects(Bytes encoded, const Limits& limits) {
  if (encoded.size() > limits.worker_message_size_max) {
    return make_error(ErrorCode::kLimitExceeded, "worker's answer: {} bytes", encoded.size());
  }
  std::vector<Object> objects;
  Reader reader(encoded);
  reader.list(objects, [](Reader& archive, Object& object) { visit_object(archive, object); });
  SIGLA_TRY(reader.finish());
  return objects;
}

}  // namespace sigla
