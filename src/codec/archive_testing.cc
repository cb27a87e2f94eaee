// SPDX-License-Identifier: Apache-2.0
#include "codec/archive_testing.h"

#include <archive.h>
#include <archive_entry.h>

#include <memory>

#include "codec/cab.h"

namespace sigla {
namespace {

class Writer {
 public:
  Writer(const char* format, const char* filter) : archive_(::archive_write_new()) {
    SIGLA_CHECK(::archive_write_set_format_by_name(archive_, format) == ARCHIVE_OK);
    if (std::string_view(filter) != "none") {
      SIGLA_CHECK(::archive_write_add_filter_by_name(archive_, filter) == ARCHIVE_OK);
    }
    SIGLA_CHECK(::archive_write_set_bytes_in_last_block(archive_, 1) == ARCHIVE_OK);
    const auto write = [](::archive*, void* out, const void* data, std::size_t size) {
      static_cast<std::string*>(out)->append(static_cast<const char*>(data), size);
      return static_cast<la_ssize_t>(size);
    };
    SIGLA_CHECK(::archive_write_open(archive_, &out_, nullptr, write, nullptr) == ARCHIVE_OK);
  }
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;
  ~Writer() { ::archive_write_free(archive_); }

  void add(const TestFile& file) {
    ::archive_entry* entry = ::archive_entry_new();
    ::archive_entry_set_pathname(entry, file.path.c_str());
    ::archive_entry_set_filetype(entry, AE_IFREG);
    ::archive_entry_set_perm(entry, 0644);
    ::archive_entry_set_size(entry, static_cast<la_int64_t>(file.content.size()));
    SIGLA_CHECK(::archive_write_header(archive_, entry) == ARCHIVE_OK);
    SIGLA_CHECK(::archive_write_data(archive_, file.content.data(), file.content.size()) ==
                static_cast<la_ssize_t>(file.content.size()));
    ::archive_entry_free(entry);
  }
  std::string take() {
    SIGLA_CHECK(::archive_write_close(archive_) == ARCHIVE_OK);
    return std::move(out_);
  }

 private:
  ::archive* archive_;
  std::string out_;
};

}  // namespace

std::string make_archive(const char* format,
                         const char* filter,
                         const std::vector<TestFile>& files) {
  Writer writer(format, filter);
  for (const TestFile& file : files) writer.add(file);
  return writer.take();
}

std::string compress(const char* filter, std::string_view content) {
  Writer writer("raw", filter);
  writer.add({"content", std::string(content)});
  return writer.take();
}

std::string make_cab(const TestFile& file) {
  auto out = File::create_in_memory("cab");
  SIGLA_CHECK(out.has_value());
  CabWriter writer(*out, file.path);
  SIGLA_CHECK(writer.write(as_bytes(file.content)).has_value());
  SIGLA_CHECK(writer.finish().has_value());
  return read_all_of(*out);
}

std::string make_sym(unsigned number, std::size_t function_count) {
  std::string text = fmt::format("MODULE Linux x86_64 {:032X}0 lib{}.so\n", number + 1, number);
  std::uint64_t random = number + 1;  // names that do not pack well, as real ones
  for (std::size_t i = 0; i < function_count; ++i) {
    random = random * 6364136223846793005U + 1442695040888963407U;
    text += fmt::format("FUNC {:x} 10 0 function_{:016x}\n", 0x1000 + i * 16, random);
  }
  return text;
}

File make_file(std::string_view content) {
  auto file = File::create_in_memory("content");
  SIGLA_CHECK(file.has_value());
  SIGLA_CHECK(file->write_all(as_bytes(content)).has_value());
  return std::move(*file);
}

std::string read_all_of(const File& file) {
  FileSource source(file);
  const auto content = read_all(source, 1ULL << 32U);
  SIGLA_CHECK(content.has_value());
  return std::string(as_text(*content));
}

}  // namespace sigla
