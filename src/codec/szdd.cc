// SPDX-License-Identifier: Apache-2.0
#include "codec/szdd.h"

#include <memory>

#include "codec/expansion.h"
#include "codec/mspack_system.h"

namespace sigla {
namespace {

constexpr std::string_view kSzddMagic = "SZDD\x88\xf0\x27\x33";
constexpr std::string_view kKwajMagic = "KWAJ\x88\xf0\x27\xd1";
// Magic, method, offset of the content, flags. libmspack 0.11 frees pointers that it never set when
// less is there.
constexpr std::size_t kKwajHeaderSize = 14;

struct Destroy {
  void operator()(msszdd_decompressor* library) const { mspack_destroy_szdd_decompressor(library); }
  void operator()(mskwaj_decompressor* library) const { mspack_destroy_kwaj_decompressor(library); }
};

// Counts and limits on the way to the sink.
class LimitedSink final : public ByteSink {
 public:
  LimitedSink(ByteSink& sink, std::uint64_t packed_size, const Limits& limits)
      : sink_(sink), packed_size_(packed_size), expansion_("szdd", limits.entry_size_max, limits) {}
  Status write(Bytes bytes) override {
    size_ += bytes.size();
    SIGLA_TRY(expansion_.check(packed_size_, size_));
    return sink_.write(bytes);
  }
  std::uint64_t size() const { return size_; }

 private:
  ByteSink& sink_;
  std::uint64_t packed_size_;
  Expansion expansion_;
  std::uint64_t size_ = 0;
};

// The two libraries look alike, but have no type in common.
// Returns the size that the header tells; 0 if it does not.
template <typename Library>
Result<std::uint64_t> unpack(Library* created, MspackSystem& system) {
  const std::unique_ptr<Library, Destroy> library(created);
  if (library == nullptr) return make_error(ErrorCode::kUnavailable, "szdd: out of memory");
  auto* header = library->open(library.get(), "input");
  if (header == nullptr) {
    return mspack_failure(library->last_error(library.get()), system).in("szdd");
  }
  const auto size = static_cast<std::uint64_t>(header->length);
  const int code = library->extract(library.get(), header, "output");
  library->close(library.get(), header);
  if (code != MSPACK_ERR_OK) return mspack_failure(code, system).in("szdd");
  return size;
}

}  // namespace

bool is_szdd_or_kwaj(Bytes start) {
  return starts_with(start, kSzddMagic) || starts_with(start, kKwajMagic);
}

Result<std::uint64_t> unpack_szdd_or_kwaj(const File& file, ByteSink& sink, const Limits& limits) {
  SIGLA_TRY_ASSIGN(const std::uint64_t packed_size, file.size());
  Buffer start(kSzddMagic.size());
  SIGLA_TRY(file.read_at(start, 0));
  const bool is_kwaj = starts_with(start, kKwajMagic);
  if (is_kwaj && packed_size < kKwajHeaderSize) {
    return malformed("kwaj: {} bytes hold no header of {}", packed_size, kKwajHeaderSize);
  }
  LimitedSink limited(sink, packed_size, limits);
  MspackSystem system(file);
  system.output = &limited;
  const auto stated_size = is_kwaj ? unpack(mspack_create_kwaj_decompressor(&system), system)
                                   : unpack(mspack_create_szdd_decompressor(&system), system);
  if (!stated_size.has_value()) return stated_size.error().clone();
  // The library takes the end of the file for the end of the content.
  if (*stated_size != 0 && *stated_size != limited.size()) {
    return malformed("szdd: truncated: {} bytes instead of {}", limited.size(), *stated_size);
  }
  return limited.size();
}

}  // namespace sigla
