// SPDX-License-Identifier: Apache-2.0
#include "codec/archive.h"

#include <archive.h>
#include <archive_entry.h>

#include <map>

#include "codec/cab.h"
#include "codec/testing_files.h"

namespace sigla {
namespace {

using Entries = std::map<std::string, Buffer>;

struct Unpacked {
  Entries entries;
  std::map<std::string, std::string> refused;
  std::optional<Error> end;  // why the archive ended early
};

Unpacked unpack(const File& file, const Limits& limits, UnpackBudget& budget) {
  Unpacked result;
  auto archive = ArchiveReader::open(file, limits, budget);
  if (!archive.has_value()) {
    result.end = std::move(archive).error();
    return result;
  }
  while (true) {
    auto entry = (*archive)->next();
    if (!entry.has_value()) {
      EXPECT_FALSE((*archive)->next().has_value()) << "an end is for good";
      result.end = std::move(entry).error();
      return result;
    }
    if (!entry->has_value()) return result;
    BufferSink sink;
    const auto size = (*archive)->extract(sink);
    if (size.has_value()) {
      EXPECT_EQ(*size, sink.buffer().size());
      EXPECT_EQ((*entry)->size.value_or(*size), *size);
      result.entries[(*entry)->path] = sink.buffer();
    } else {
      result.refused[(*entry)->path] = size.error().message();
    }
  }
}

Unpacked unpack(Bytes bytes, const Limits& limits = {}) {
  UnpackBudget budget;
  return unpack(file_of(bytes), limits, budget);
}

// An archive as libarchive writes it.
Buffer make(int format, int filter, const Entries& entries) {
  Buffer bytes(1U << 20U);
  std::size_t used = 0;
  archive* writer = archive_write_new();
  EXPECT_EQ(format == ARCHIVE_FORMAT_AR_GNU ? archive_write_set_format_ar_svr4(writer)
                                            : archive_write_set_format(writer, format),
            ARCHIVE_OK);
  EXPECT_EQ(archive_write_add_filter(writer, filter), ARCHIVE_OK);
  EXPECT_EQ(archive_write_open_memory(writer, bytes.data(), bytes.size(), &used), ARCHIVE_OK);
  for (const auto& [path, content] : entries) {
    archive_entry* entry = archive_entry_new();
    archive_entry_set_pathname(entry, path.c_str());
    archive_entry_set_filetype(entry, AE_IFREG);
    archive_entry_set_perm(entry, 0644);
    archive_entry_set_size(entry, static_cast<la_int64_t>(content.size()));
    EXPECT_EQ(archive_write_header(writer, entry), ARCHIVE_OK) << archive_error_string(writer);
    archive_write_data(writer, content.data(), content.size());
    archive_entry_free(entry);
  }
  EXPECT_EQ(archive_write_close(writer), ARCHIVE_OK) << archive_error_string(writer);
  archive_write_free(writer);
  bytes.resize(used);
  return bytes;
}

Buffer text(std::string_view value) { return {value.begin(), value.end()}; }

const Entries kTwo = {{"seq.txt", sequence()}, {"sub/hello.txt", text("hello\n")}};

TEST(ArchiveReader, ReadsWhatToolsMade) {
  for (const char* name : {"two.zip", "two.7z", "two.tar.gz"}) {
    const Unpacked unpacked = unpack(load_sample(name));
    EXPECT_EQ(unpacked.entries, kTwo) << name;
    EXPECT_FALSE(unpacked.end.has_value()) << name << ": " << unpacked.end->message();
  }
  const Entries flat = {{"seq.txt", sequence()}, {"hello.txt", text("hello\n")}};
  EXPECT_EQ(unpack(load_sample("two.cab")).entries, flat);
}

TEST(ArchiveReader, ReadsEveryFormatAndFilter) {
  const Entries flat = {{"a.txt", sequence()}, {"b.txt", text("hello\n")}};
  for (const int format : {ARCHIVE_FORMAT_TAR_USTAR,
                           ARCHIVE_FORMAT_TAR_PAX_INTERCHANGE,
                           ARCHIVE_FORMAT_TAR_GNUTAR,
                           ARCHIVE_FORMAT_ZIP,
                           ARCHIVE_FORMAT_7ZIP,
                           ARCHIVE_FORMAT_CPIO_SVR4_NOCRC,
                           ARCHIVE_FORMAT_CPIO_POSIX,
                           ARCHIVE_FORMAT_AR_GNU,
                           ARCHIVE_FORMAT_XAR,
                           ARCHIVE_FORMAT_ISO9660}) {
    const Buffer bytes = make(format, ARCHIVE_FILTER_NONE, flat);
    EXPECT_TRUE(sniff_archive(bytes).has_value()) << format;
    const Unpacked unpacked = unpack(bytes);
    EXPECT_EQ(unpacked.entries, flat) << format;
    EXPECT_FALSE(unpacked.end.has_value()) << format;
  }
  for (const int filter : {ARCHIVE_FILTER_GZIP,
                           ARCHIVE_FILTER_BZIP2,
                           ARCHIVE_FILTER_XZ,
                           ARCHIVE_FILTER_LZMA,
                           ARCHIVE_FILTER_LZIP,
                           ARCHIVE_FILTER_ZSTD,
                           ARCHIVE_FILTER_LZ4,
                           ARCHIVE_FILTER_COMPRESS}) {
    EXPECT_EQ(unpack(make(ARCHIVE_FORMAT_TAR_USTAR, filter, flat)).entries, flat) << filter;
  }
}

TEST(ArchiveReader, RefusesWhatIsNoArchive) {
  for (const char* name : {"seq.gz", "seq.zst", "README.md"}) {
    const Unpacked unpacked = unpack(load_sample(name));
    ASSERT_TRUE(unpacked.end.has_value()) << name;
    EXPECT_EQ(unpacked.end->code(), ErrorCode::kUnsupported) << unpacked.end->message();
  }
  EXPECT_TRUE(unpack(Bytes()).end.has_value());
}

TEST(ArchiveReader, KeepsHostileNamesAsText) {
  const std::string long_name(5000, 'n');
  const Entries hostile = {{"../../etc/passwd", text("a")},
                           {"/abs", text("b")},
                           {"C:\\x\\y.pdb", text("c")},
                           {"bad\xff"
                            "utf8",
                            text("d")},
                           {"\xc3\xa9.pdb", text("e")},
                           {long_name, text("f")}};
  const Unpacked unpacked = unpack(make(ARCHIVE_FORMAT_TAR_GNUTAR, ARCHIVE_FILTER_NONE, hostile));
  const Entries expected = {{"../../etc/passwd", text("a")},
                            {"/abs", text("b")},
                            {"C:\\x\\y.pdb", text("c")},
                            {"bad\xef\xbf\xbdutf8", text("d")},
                            {"\xc3\xa9.pdb", text("e")}};
  EXPECT_EQ(unpacked.entries, expected);
  ASSERT_EQ(unpacked.refused.size(), 1U);
  EXPECT_THAT(unpacked.refused.begin()->second, testing::HasSubstr("limit of 4096 bytes"));
}

TEST(ArchiveReader, ReadsUtf8NamesOf7z) {
  Entries entries = {{"\xc3\xa9\xe4\xb8\xad.pdb", text("e")}};
  // The name travels as UTF-16 here.
  ASSERT_NE(::setlocale(LC_CTYPE, "C.UTF-8"), nullptr);
  const Buffer bytes = make(ARCHIVE_FORMAT_7ZIP, ARCHIVE_FILTER_NONE, entries);
  ::setlocale(LC_CTYPE, "C");
  EXPECT_EQ(unpack(bytes).entries, entries);
}

TEST(ArchiveReader, SaysThatEncryptedEntriesCannotBeRead) {
  const Unpacked unpacked = unpack(load_sample("encrypted.zip"));
  EXPECT_TRUE(unpacked.entries.empty());
  ASSERT_EQ(unpacked.refused.size(), 2U);
  EXPECT_EQ(unpacked.refused.at("seq.txt"),
            "archive entry 'seq.txt': encrypted entries cannot be read");
}

TEST(ArchiveReader, KeepsWhatComesBeforeATruncation) {
  const Entries three = {{"1", sequence()}, {"2", sequence()}, {"3", sequence()}};
  for (const int format :
       {ARCHIVE_FORMAT_TAR_USTAR, ARCHIVE_FORMAT_ZIP, ARCHIVE_FORMAT_CPIO_POSIX}) {
    const Buffer bytes = make(format, ARCHIVE_FILTER_NONE, three);
    const Unpacked unpacked = unpack(Bytes(bytes).first(bytes.size() / 2));
    EXPECT_EQ(unpacked.entries, (Entries{{"1", sequence()}})) << format;
    ASSERT_EQ(unpacked.refused.count("2"), 1U) << format;
    EXPECT_THAT(unpacked.refused.at("2"), testing::HasSubstr("offset")) << format;
  }
}

TEST(ArchiveReader, SurvivesEveryTruncation) {
  for (const char* name : {"two.zip", "two.7z", "two.tar.gz", "two.cab"}) {
    const Buffer bytes = load_sample(name);
    for (std::size_t size = 0; size < bytes.size(); size += 13) {
      const Unpacked unpacked = unpack(Bytes(bytes).first(size));
      for (const auto& [path, content] : unpacked.entries) {
        ASSERT_TRUE(path == "seq.txt" ? content == sequence() : content == text("hello\n"))
            << name << " " << size;
      }
      ASSERT_TRUE(unpacked.end.has_value() || !unpacked.refused.empty() ||
                  unpacked.entries.size() == 2)
          << name << " " << size;
    }
  }
}

TEST(ArchiveReader, SurvivesEveryDamagedByte) {
  for (const char* name : {"two.zip", "two.7z", "two.cab"}) {
    const Buffer bytes = load_sample(name);
    for (std::size_t i = 0; i < bytes.size(); i += bytes.size() > 4000 ? 31 : 5) {
      Buffer damaged = bytes;
      damaged[i] ^= 0x41U;
      for (const auto& [path, content] : unpack(damaged).entries) {
        // Names have no checksum in a zip and a cabinet; content has.
        ASSERT_TRUE(content == sequence() || content == text("hello\n")) << name << " " << i;
      }
    }
  }
}

TEST(ArchiveReader, CountsEntriesAndBytesAcrossArchives) {
  Limits limits;
  limits.entry_count_max = 3;
  UnpackBudget budget;
  const File file = file_of(load_sample("two.cab"));
  EXPECT_FALSE(unpack(file, limits, budget).end.has_value());
  const Unpacked second = unpack(file, limits, budget);
  ASSERT_TRUE(second.end.has_value());
  EXPECT_EQ(second.end->message(), "archive: more than the limit of 3 entries");
  EXPECT_EQ(second.entries.size(), 1U);

  limits = {};
  limits.unpacked_size_max = 20'000;
  budget = {};
  EXPECT_FALSE(unpack(file, limits, budget).end.has_value());
  const Unpacked over = unpack(file, limits, budget);
  ASSERT_TRUE(over.end.has_value());
  EXPECT_EQ(over.end->message(), "archive: unpacks to more than the limit of 20000 bytes");
}

TEST(ArchiveReader, RefusesOneTooLargeEntryAndReadsTheRest) {
  Limits limits;
  limits.entry_size_max = 10'000;
  for (const char* name : {"two.zip", "two.tar.gz", "two.7z", "two.cab"}) {
    const Unpacked unpacked = unpack(load_sample(name), limits);
    EXPECT_EQ(unpacked.entries.size(), 1U) << name;
    ASSERT_EQ(unpacked.refused.count("seq.txt"), 1U) << name;
    EXPECT_THAT(unpacked.refused.at("seq.txt"),
                testing::HasSubstr("limit of 10000 bytes for one file"));
    EXPECT_FALSE(unpacked.end.has_value()) << name;
  }
}

TEST(ArchiveReader, StopsABomb) {
  Limits limits;
  limits.ratio_grace_size = 1U << 20U;
  limits.compression_ratio_max = 100;
  const Entries zeros = {{"0", Buffer(16U << 20U)}, {"1", text("x")}};
  for (const auto& [format, filter] : {std::pair(ARCHIVE_FORMAT_ZIP, ARCHIVE_FILTER_NONE),
                                       std::pair(ARCHIVE_FORMAT_TAR_USTAR, ARCHIVE_FILTER_ZSTD),
                                       std::pair(ARCHIVE_FORMAT_7ZIP, ARCHIVE_FILTER_NONE)}) {
    const Unpacked unpacked = unpack(make(format, filter, zeros), limits);
    ASSERT_EQ(unpacked.refused.count("0"), 1U);
    EXPECT_THAT(unpacked.refused.at("0"), testing::HasSubstr("compression ratio limit of 100"));
    // A zip's other entries are whole streams of their own; behind a bomb in a solid archive
    // nothing can be reached.
    const bool is_zip = format == ARCHIVE_FORMAT_ZIP;
    EXPECT_EQ(unpacked.entries, is_zip ? Entries({{"1", text("x")}}) : Entries());
    EXPECT_EQ(unpacked.end.has_value(), !is_zip);
  }
}

TEST(ArchiveReader, StopsABombThatNobodyReads) {
  Limits limits;
  limits.ratio_grace_size = 1U << 20U;
  limits.compression_ratio_max = 100;
  const File file = file_of(make(ARCHIVE_FORMAT_TAR_USTAR,
                                 ARCHIVE_FILTER_ZSTD,
                                 {{"0", Buffer(16U << 20U)}, {"1", text("x")}}));
  UnpackBudget budget;
  ASSERT_OK_AND_ASSIGN(const auto archive, ArchiveReader::open(file, limits, budget));
  EXPECT_THAT(archive->next(), IsOk());
  EXPECT_THAT(archive->next(), IsError(ErrorCode::kLimitExceeded, "ratio limit of 100"));
}

TEST(ArchiveReader, PassesOnTheSinksError) {
  const File file = file_of(load_sample("two.zip"));
  const Limits limits;
  UnpackBudget budget;
  ASSERT_OK_AND_ASSIGN(const auto archive, ArchiveReader::open(file, limits, budget));
  ASSERT_THAT(archive->next(), IsOk());
  BufferSink small(100);
  EXPECT_THAT(archive->extract(small), IsError(ErrorCode::kLimitExceeded, "limit of 100 bytes"));
  EXPECT_THAT(archive->next(), IsOk());
}

TEST(SniffArchive, KnowsOldTarsByTheirChecksum) {
  Buffer header(512);
  header[0] = 'a';
  // Eight blanks and an 'a' are 8 * 32 + 97, in octal.
  std::copy_n("000541\0 ", 8, header.begin() + 148);
  EXPECT_EQ(sniff_archive(header), ArchiveKind::kTar);
  header[1] = 'b';
  EXPECT_EQ(sniff_archive(header), std::nullopt);
  EXPECT_EQ(sniff_archive(Buffer(512)), std::nullopt);
  EXPECT_EQ(sniff_archive({}), std::nullopt);
}

}  // namespace
}  // namespace sigla
