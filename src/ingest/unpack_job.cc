// SPDX-License-Identifier: Apache-2.0
#include "ingest/unpack_job.h"

#include "base/text.h"
#include "codec/archive.h"
#include "codec/decoder.h"
#include "ingest/package_job.h"
#include "ingest/unpack_message.h"
#include "object/object.h"
#include "object/object_codec.h"
#include "object/unwrapped_name.h"
#include "os/sandbox.h"

namespace sigla {
namespace {

// Enough for every look at what a file is; an ISO's mark is the furthest in.
constexpr std::size_t kStartSize = 40U << 10U;
constexpr std::size_t kPeekSize = 512;

std::optional<Codec> codec_of(Wrapping wrapping) {
  switch (wrapping) {
    case Wrapping::kGzip:
      return Codec::kGzip;
    case Wrapping::kZstd:
      return Codec::kZstd;
    case Wrapping::kXz:
      return Codec::kXz;
    case Wrapping::kBzip2:
      return Codec::kBzip2;
    case Wrapping::kLz4:
      return Codec::kLz4;
    case Wrapping::kNone:
    case Wrapping::kCab:
      return std::nullopt;
  }
  return std::nullopt;
}

Result<Buffer> read_start(const File& file) {
  FileSource source(file, 0, kStartSize);
  return read_all(source, kStartSize);
}

// One entry on its way: where it is, what it is called, and the file that holds its content.
struct Entry {
  EntryPosition position;
  std::string path;
  std::string name;
  EntryReport::Content content = EntryReport::Content::kEntryFile;
};

class UnpackJob {
 public:
  UnpackJob(WorkerContext& context, UnpackRequest request)
      : context_(context), limits_(context.limits()), request_(std::move(request)) {}

  Status run(const File& body) {
    const Entry entry{{}, request_.name, request_.name, EntryReport::Content::kBody};
    SIGLA_TRY_ASSIGN(const Buffer start, read_start(body));
    if (sniff_format(start) == Format::kUnknown) {
      if (is_archive(body, start)) return walk(entry, body);
      // What has no mark of its own, a tar.lz4 for one, shows itself only to the archive reader.
      UnpackBudget budget;
      if (sniff_wrapping(start) == Wrapping::kNone &&
          ArchiveReader::open(body, limits_, budget).has_value()) {
        return walk(entry, body);
      }
    }
    return handle_single(entry, body, start);
  }

 private:
  // --- the conversation ---

  // A file for the entry's content; none: the parent does not want the entry.
  Result<std::optional<File>> start_entry(const Entry& entry) {
    WorkerMessage message;
    message.payload = EntryStart{entry.position, entry.path}.encode();
    SIGLA_TRY_ASSIGN(WorkerMessage answer, context_.ask("entry", std::move(message)));
    if (answer.files.empty()) return std::optional<File>();
    return std::optional<File>(std::move(answer.files.front()));
  }

  Status report(const EntryReport& entry_report) {
    WorkerMessage message;
    message.payload = entry_report.encode();
    SIGLA_TRY(context_.ask("report", std::move(message)));
    return {};
  }

  Status refuse(const Entry& entry, std::string_view reason) {
    EntryReport entry_report;
    entry_report.position = entry.position;
    entry_report.path = entry.path;
    entry_report.reason = reason;
    return report(entry_report);
  }

  // --- single files ---

  // Refuses the entry for what is wrong with it; what is wrong with the disk ends the job.
  Status refuse_unless_fatal(const Entry& entry, Error error) {
    if (is_environmental(error.code())) return error;
    return refuse(entry, error.message());
  }

  Status handle_single(const Entry& entry, const File& file, Bytes start) {
    const Wrapping wrapping = sniff_wrapping(start);
    if (sniff_format(start) != Format::kUnknown || wrapping == Wrapping::kNone) {
      return identify_and_report(entry, file);
    }
    Entry unwrapped = entry;
    unwrapped.content = EntryReport::Content::kEntryFile;
    SIGLA_TRY_ASSIGN(const auto content, start_entry(unwrapped));
    if (!content.has_value()) return {};
    Status status = unwrap(file, wrapping, *content, unwrapped.name);
    if (!status.has_value()) return refuse_unless_fatal(entry, std::move(status).error());
    return identify_and_report(unwrapped, *content);
  }

  Status unwrap(const File& file, Wrapping wrapping, const File& content, std::string& name) {
    FileSink sink(content);
    if (const auto codec = codec_of(wrapping)) {
      FileSource packed(file);
      const auto source = make_decoder(*codec, packed, limits_);
      SIGLA_TRY(copy(*source, sink));
      name = unwrapped_name(name, wrapping);
      return {};
    }
    UnpackBudget budget;
    SIGLA_TRY_ASSIGN(const auto cabinet, ArchiveReader::open(file, limits_, budget));
    SIGLA_TRY_ASSIGN(const auto inner, cabinet->next());
    if (!inner.has_value()) return malformed("CAB: there is no file in it");
    SIGLA_TRY(cabinet->extract(sink));
    name = base_name(inner->path);
    return {};
  }

  Status identify_and_report(const Entry& entry, const File& content) {
    auto objects = identify_content(entry, content);
    if (!objects.has_value()) return refuse_unless_fatal(entry, std::move(objects).error());
    std::optional<std::string> embedded_name;
    std::erase_if(*objects, [&](const Object& object) {
      if (object.identity.is_embedded) embedded_name = object.identity.name;
      return object.identity.is_embedded;
    });
    EntryReport entry_report;
    entry_report.position = entry.position;
    entry_report.path = entry.path;
    entry_report.content = entry.content;
    entry_report.objects = encode_objects(*objects);
    // Reported before a worker died of what is embedded in it.
    const bool was_reported = is_inside(request_.resume_after, entry.position);
    if (!was_reported) SIGLA_TRY(report(entry_report));
    return embedded_name.has_value() ? unpack_embedded(entry, content, *embedded_name) : Status();
  }

  // The Portable PDB inside a PE becomes a file of its own: debuggers ask for it by its own key.
  Status unpack_embedded(const Entry& image, const File& content, const std::string& name) {
    Entry entry{image.position, image.path + "!/" + name, name};
    entry.position.push_back(1);
    if (is_done(entry.position)) return {};
    SIGLA_TRY_ASSIGN(const auto file, start_entry(entry));
    if (!file.has_value()) return {};
    const auto copy_out = [&]() -> Status {
      SIGLA_TRY_ASSIGN(const MappedFile mapped, MappedFile::map(content, limits_.entry_size_max));
      SIGLA_TRY_ASSIGN(const Buffer pdb, embedded_pdb(mapped.bytes(), limits_));
      return file->write_all(pdb);
    };
    Status status = copy_out();
    if (!status.has_value()) return refuse_unless_fatal(entry, std::move(status).error());
    return identify_and_report(entry, *file);
  }

  // What a compiler reads: no zero byte at its start, unless it is UTF-16.
  bool is_text(Bytes file) const {
    constexpr std::size_t kLookedAt = 64U << 10;
    if (file.empty() || file.size() > limits_.embedded_source_size_max) return false;
    const std::string_view start = as_text(file.first(std::min(file.size(), kLookedAt)));
    const bool is_utf16 = start.starts_with("\xff\xfe") || start.starts_with("\xfe\xff");
    return is_utf16 || start.find('\0') == std::string_view::npos;
  }

  Result<std::vector<Object>> identify_content(const Entry& entry, const File& content) {
    SIGLA_TRY_ASSIGN(const MappedFile mapped, MappedFile::map(content, limits_.entry_size_max));
    auto objects = identify(mapped.bytes(), base_name(entry.name), limits_);
    const bool may_be_source = request_.keeps_sources && !objects.has_value() &&
                               objects.error().code() == ErrorCode::kUnsupported;
    if (!may_be_source || !is_text(mapped.bytes())) return objects;
    Object source;
    source.identity.name = base_name(entry.name);
    source.identity.has_sources = true;
    source.size = mapped.bytes().size();
    return std::vector<Object>{std::move(source)};
  }

  // --- archives ---

  // A CAB of one file is a compressed file and no archive, as is a gzip of anything but an archive.
  bool is_archive(const File& file, Bytes start) {
    const auto kind = sniff_archive(start);
    if (kind == ArchiveKind::kCab) return has_several_files(file);
    if (kind.has_value()) return true;
    const auto codec = codec_of(sniff_wrapping(start));
    if (!codec.has_value()) return false;
    FileSource packed(file);
    const auto source = make_decoder(*codec, packed, limits_);
    Buffer unpacked(kPeekSize);
    std::size_t size = 0;
    while (size < unpacked.size()) {
      const auto count = source->read(MutableBytes(unpacked).subspan(size));
      if (!count.has_value() || *count == 0) break;
      size += *count;
    }
    return sniff_archive(Bytes(unpacked).first(size)).has_value();
  }

  bool has_several_files(const File& file) {
    UnpackBudget budget;
    const auto cabinet = ArchiveReader::open(file, limits_, budget);
    if (!cabinet.has_value()) return false;
    for (int i = 0; i < 2; ++i) {
      const auto entry = (*cabinet)->next();
      if (!entry.has_value() || !entry->has_value()) return false;
    }
    return true;
  }

  // An Error is what ended the archive early; its entries up to there are reported.
  Status walk(const Entry& archive, const File& file) {
    WorkerMessage message;
    message.payload = EntryStart{archive.position, archive.path}.encode();
    SIGLA_TRY(context_.ask("archive", std::move(message)));
    SIGLA_TRY_ASSIGN(const auto reader, ArchiveReader::open(file, limits_, budget_));
    for (std::uint32_t index = 1;; ++index) {
      SIGLA_TRY_ASSIGN(const auto found, reader->next());
      if (!found.has_value()) return {};
      Entry entry{archive.position, found->path, found->path};
      entry.position.push_back(index);
      if (!archive.position.empty()) entry.path = archive.path + "!/" + found->path;
      if (is_done(entry.position)) continue;
      // The limit is for one file, not for the whole of a long archive.
      SIGLA_TRY(limit_cpu_from_now(limits_.worker_cpu_seconds_max));
      SIGLA_TRY(handle_entry(entry, *reader));
    }
  }

  bool is_done(const EntryPosition& position) const {
    return position <= request_.resume_after && !is_inside(request_.resume_after, position);
  }

  Status handle_entry(const Entry& entry, ArchiveReader& reader) {
    SIGLA_TRY_ASSIGN(const auto content, start_entry(entry));
    if (!content.has_value()) return {};
    FileSink sink(*content);
    auto size = reader.extract(sink);
    if (!size.has_value()) return refuse_unless_fatal(entry, std::move(size).error());
    SIGLA_TRY_ASSIGN(const Buffer start, read_start(*content));
    if (sniff_format(start) == Format::kUnknown && is_archive(*content, start)) {
      return handle_nested(entry, *content);
    }
    return handle_single(entry, *content, start);
  }

  Status handle_nested(const Entry& entry, const File& content) {
    if (entry.position.size() >= limits_.archive_depth_max) {
      return refuse(entry,
                    fmt::format("an archive inside {} archives; at most {} are unpacked",
                                entry.position.size(),
                                limits_.archive_depth_max));
    }
    Status status = walk(entry, content);
    if (status.has_value() || is_over_budget(status.error())) return status;
    return refuse_unless_fatal(entry, std::move(status).error());
  }

  // A ceiling of the whole upload, which the outer archive has reached as well.
  bool is_over_budget(const Error& error) const {
    return error.code() == ErrorCode::kLimitExceeded &&
           (budget_.entry_count >= limits_.entry_count_max ||
            budget_.unpacked_size >= limits_.unpacked_size_max);
  }

  WorkerContext& context_;
  const Limits& limits_;
  UnpackRequest request_;
  UnpackBudget budget_;
};

Result<WorkerMessage> unpack(WorkerMessage message, WorkerContext& context) {
  SIGLA_TRY_ASSIGN(UnpackRequest request, UnpackRequest::decode(as_bytes(message.payload)));
  if (message.files.size() != 1) return malformed("unpack request: one file is needed");
  UnpackJob job(context, std::move(request));
  UnpackEnd end;
  end.status = job.run(message.files.front());
  WorkerMessage result;
  result.payload = end.encode();
  return result;
}

}  // namespace

void add_ingest_jobs(WorkerJobs& jobs) {
  jobs[std::string(kUnpackJob)] = unpack;
  add_package_job(jobs);
}

}  // namespace sigla
