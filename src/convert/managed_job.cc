// SPDX-License-Identifier: Apache-2.0
#include "convert/managed_job.h"

#include <algorithm>
#include <utility>

#include "base/byte_reader.h"
#include "base/json_writer.h"
#include "base/text.h"
#include "convert/map_unwrapped.h"

namespace sigla {
namespace {

enum class Question : std::uint8_t { kLookUp, kMethods };

// One description of every field serves both directions.
class Encoder {
 public:
  void operator()(const std::uint32_t& value) {
    for (unsigned shift = 0; shift < 32; shift += 8) out_ += static_cast<char>(value >> shift);
  }
  void operator()(const bool& flag) { out_ += flag ? '\1' : '\0'; }
  void operator()(const std::string& text) {
    (*this)(static_cast<std::uint32_t>(text.size()));
    out_ += text;
  }
  template <typename T>
  void operator()(const std::optional<T>& value) {
    (*this)(value.has_value());
    if (value) (*this)(*value);
  }
  template <typename T, typename Visit>
  void list(const std::vector<T>& items, Visit visit) {
    (*this)(static_cast<std::uint32_t>(items.size()));
    for (const T& item : items) visit(*this, item);
  }
  std::string take() && { return std::move(out_); }

 private:
  std::string out_;
};

class Decoder {
 public:
  explicit Decoder(Bytes bytes) : reader_(bytes) {}
  void operator()(std::uint32_t& value) { value = reader_.u32(); }
  void operator()(bool& flag) { flag = reader_.u8() != 0; }
  void operator()(std::string& text) { text = as_text(reader_.bytes(reader_.u32())); }
  template <typename T>
  void operator()(std::optional<T>& value) {
    bool is_there = false;
    (*this)(is_there);
    if (is_there) (*this)(value.emplace());
  }
  template <typename T, typename Visit>
  void list(std::vector<T>& items, Visit visit) {
    const std::uint32_t count = reader_.u32();
    for (std::uint32_t i = 0; i < count && !reader_.at_end(); ++i) {
      visit(*this, items.emplace_back());
    }
    if (items.size() != count) reader_.fail();
  }
  Status finish(std::string_view what) const { return reader_.finish(what); }

 private:
  ByteReader reader_;
};

template <typename Archive, typename Queries>
void visit_queries(Archive& archive, Queries& queries) {
  archive.list(queries, [](Archive& a, auto& query) {
    a(query.token);
    a(query.method);
    a(query.il_offset);
  });
}

template <typename Archive, typename Answer>
void visit_answer(Archive& archive, Answer& answer) {
  archive.list(answer.frames, [](Archive& a, auto& frame) {
    a(frame.token);
    a(frame.il_offset);
    a(frame.function);
    a(frame.symbol);
    a(frame.file);
    a(frame.is_embedded);
    a(frame.line);
    a(frame.column);
    a(frame.end_line);
    a(frame.end_column);
  });
  archive(answer.mvid);
  archive(answer.module_name);
  archive(answer.source_link);
  archive(answer.companion);
  archive(answer.has_program);
  archive(answer.has_pdb);
  archive.list(answer.checksums, [](Archive& a, auto& checksum) {
    a(checksum.algorithm);
    a(checksum.digest);
    a(checksum.is_right);
  });
}

// A file and what else was mapped for it.
struct OpenManaged {
  MappedFile mapped;
  std::optional<ManagedFile> file;
  std::vector<MappedFile> companions;
  std::string origin;
};

// In place: the file borrows what is mapped.
Status open_managed(const File& input,
                    std::string_view name,
                    WorkerContext& context,
                    OpenManaged& opened) {
  SIGLA_TRY_ASSIGN(opened.mapped, map_unwrapped(input, context.limits()));
  SIGLA_TRY_ASSIGN(opened.file, ManagedFile::open(opened.mapped.bytes(), name, context.limits()));
  auto wanted = opened.file->wanted_companion();
  if (!wanted) return {};
  const FindCompanion find = ask_for_companions(context);
  constexpr std::uint32_t kAttemptsMax = 8;
  for (; wanted->attempt < kAttemptsMax; ++wanted->attempt) {
    std::optional<Companion> companion = find(*wanted);
    if (!companion) break;
    if (!opened.file->add_companion(companion->file.bytes())) continue;
    opened.companions.push_back(std::move(companion->file));
    opened.origin = std::move(companion->origin);
    break;
  }
  return {};
}

ManagedAnswer answer_queries(const OpenManaged& opened, const std::vector<ManagedQuery>& queries) {
  const ManagedFile& file = *opened.file;
  ManagedAnswer answer;
  answer.has_program = file.program().has_value();
  answer.has_pdb = file.pdb().has_value();
  answer.companion = opened.origin;
  answer.checksums = file.checksums();
  if (file.program()) {
    const auto mvid = file.program()->mvid();
    if (mvid.has_value()) answer.mvid = DebugId::from_windows_guid(*mvid, 0).guid_lower();
    answer.module_name = file.program()->module_name().value_or("");
  }
  if (file.pdb()) answer.source_link = file.pdb()->source_link();
  std::vector<clr::MethodText> methods;
  std::vector<std::optional<std::uint32_t>> offsets;
  for (const ManagedQuery& query : queries) {
    if (query.token != 0) continue;
    methods.push_back(clr::parse_method_text(query.method));
    offsets.push_back(query.il_offset);
  }
  std::vector<ManagedFrame> by_name = file.look_up(methods, offsets);
  auto next = by_name.begin();
  for (const ManagedQuery& query : queries) {
    answer.frames.push_back(query.token != 0
                                ? file.look_up(query.token, query.il_offset.value_or(0))
                                : std::move(*next++));
  }
  return answer;
}

class MethodList {
 public:
  MethodList(const ManagedFile& file, File& output) : file_(file), output_(output) {}

  Status write() {
    constexpr std::size_t kFlushSize = 1 << 20;
    text_ = "[";
    for (std::uint32_t method = 1; method <= file_.method_count(); ++method) {
      if (method != 1) text_ += ",\n";
      add(method);
      if (text_.size() >= kFlushSize) SIGLA_TRY(flush());
    }
    text_ += "]";
    return flush();
  }

 private:
  Status flush() {
    SIGLA_TRY(output_.write_all(as_bytes(text_)));
    text_.clear();
    return {};
  }

  void add(std::uint32_t method) {
    JsonWriter json;
    json.begin_object();
    json.member("token", fmt::format("0x{:08x}", ClrToken{ClrTable::kMethodDef, method}.value()));
    const clr::FunctionName name = file_.function(method);
    if (name.symbol.empty()) {
      json.key("name").null();
    } else {
      json.member("name", name.qualified);
      json.member("function", name.function);
    }
    json.key("sequence_points").begin_array();
    if (file_.pdb()) {
      const auto points = file_.pdb()->points(method);
      if (points.has_value()) {
        for (const ManagedPoint& point : points.value()) add(json, point);
      }
    }
    json.end_array().end_object();
    text_ += std::move(json).take();
  }

  void add(JsonWriter& json, const ManagedPoint& point) {
    json.begin_object().member("il_offset", point.il_offset);
    if (!point.is_hidden) {
      json.member("line", point.start_line).member("column", point.start_column);
      json.member("end_line", point.end_line).member("end_column", point.end_column);
    }
    json.member("hidden", point.is_hidden);
    json.member("document", document(point.document)).end_object();
  }

  const std::string& document(std::uint32_t row) {
    if (documents_.size() <= row) documents_.resize(std::size_t{row} + 1);
    if (!documents_[row]) documents_[row] = file_.pdb()->document_path(row).value_or("");
    return *documents_[row];
  }

  const ManagedFile& file_;
  File& output_;
  std::string text_;
  std::vector<std::optional<std::string>> documents_;
};

Result<WorkerMessage> run_managed_job(WorkerMessage request, WorkerContext& context) {
  if (request.files.empty()) return make_error(ErrorCode::kInvalidArgument, "managed job: no file");
  Decoder decoder(as_bytes(request.payload));
  std::uint32_t question = 0;
  std::string name;
  std::vector<ManagedQuery> queries;
  decoder(question);
  decoder(name);
  visit_queries(decoder, queries);
  SIGLA_TRY(decoder.finish("managed job"));
  OpenManaged opened;
  SIGLA_TRY(open_managed(request.files[0], name, context, opened));
  WorkerMessage answer;
  if (question == static_cast<std::uint32_t>(Question::kLookUp)) {
    Encoder encoder;
    const ManagedAnswer frames = answer_queries(opened, queries);
    visit_answer(encoder, frames);
    answer.payload = std::move(encoder).take();
    return answer;
  }
  if (request.files.size() != 2) {
    return make_error(ErrorCode::kInvalidArgument, "managed job: no file to write to");
  }
  SIGLA_TRY(MethodList(*opened.file, request.files[1]).write());
  return answer;
}

Result<WorkerMessage> make_request(Question question,
                                   const File& file,
                                   std::string_view name,
                                   const std::vector<ManagedQuery>& queries) {
  Encoder encoder;
  encoder(static_cast<std::uint32_t>(question));
  encoder(std::string(name));
  visit_queries(encoder, queries);
  WorkerMessage request;
  request.payload = std::move(encoder).take();
  SIGLA_TRY_ASSIGN(request.files.emplace_back(), file.duplicate());
  return request;
}

}  // namespace

Result<ManagedAnswer> look_up_managed(WorkerPool& pool,
                                      const File& file,
                                      std::string_view name,
                                      const std::vector<ManagedQuery>& queries,
                                      const WorkerRequestHandler& on_request) {
  SIGLA_TRY_ASSIGN(WorkerMessage request, make_request(Question::kLookUp, file, name, queries));
  SIGLA_TRY_ASSIGN(const WorkerMessage reply,
                   pool.run(kManagedJob, std::move(request), on_request));
  ManagedAnswer answer;
  Decoder decoder(as_bytes(reply.payload));
  visit_answer(decoder, answer);
  SIGLA_TRY(decoder.finish("managed job's answer"));
  if (answer.frames.size() != queries.size()) {
    return malformed(
        "managed job: {} answers to {} questions", answer.frames.size(), queries.size());
  }
  return answer;
}

Status list_managed_methods(WorkerPool& pool,
                            const File& file,
                            std::string_view name,
                            const File& output,
                            const WorkerRequestHandler& on_request) {
  SIGLA_TRY_ASSIGN(WorkerMessage request, make_request(Question::kMethods, file, name, {}));
  SIGLA_TRY_ASSIGN(request.files.emplace_back(), output.duplicate());
  SIGLA_TRY(pool.run(kManagedJob, std::move(request), on_request));
  return {};
}

void add_managed_job(WorkerJobs& jobs) { jobs.emplace(kManagedJob, run_managed_job); }

}  // namespace sigla
