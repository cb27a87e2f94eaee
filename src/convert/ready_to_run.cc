// SPDX-License-Identifier: Apache-2.0
#include "convert/ready_to_run.h"

#include <algorithm>
#include <utility>

#include "convert/managed_file.h"
#include "formats/pe/ready_to_run.h"
#include "symcache/symcache_run.h"

namespace sigla {
namespace {

constexpr std::uint64_t kReadyToRunOrder = 0;

class Converter {
 public:
  Converter(const ManagedFile& file, const pe::ReadyToRun& code, SymcacheRun& run)
      : file_(file), code_(code), run_(run) {}

  void add(const pe::CompiledMethod& method) {
    if (method.pieces.empty()) return;
    tree_.clear();
    tree_.name = run_.name(file_.function(method.method).function);
    for (const auto& piece : method.pieces) tree_.ranges.push_back({piece.begin, piece.end});
    add_lines(method);
    run_.add(tree_);
  }

 private:
  // Mappings count from the method's first instruction on, its funclets included.
  void add_lines(const pe::CompiledMethod& method) {
    if (!file_.pdb()) return;
    const auto points = file_.pdb()->points(method.method);
    if (!points.has_value() || points->empty()) return;
    const std::uint32_t start = method.pieces.front().begin;
    for (const pe::IlMapping& mapping : code_.mappings(method)) {
      if (mapping.native_offset > UINT32_MAX - start) break;
      CodeLine line;
      line.address = start + mapping.native_offset;
      if (mapping.il_offset < pe::IlMapping::kEpilog) {
        if (const ManagedPoint* const point = place_of(points.value(), mapping.il_offset)) {
          line.file = file(point->document);
          line.line = point->start_line;
          line.column = point->start_column;
        }
      }
      tree_.lines.push_back(line);
    }
  }

  static const ManagedPoint* place_of(const std::vector<ManagedPoint>& points,
                                      std::uint32_t il_offset) {
    const ManagedPoint* found = nullptr;
    for (const ManagedPoint& point : points) {
      if (point.il_offset > il_offset) break;
      if (!point.is_hidden) found = &point;
    }
    return found;
  }

  std::uint32_t file(std::uint32_t document) {
    if (files_.size() <= document) files_.resize(std::size_t{document} + 1, FunctionTree::kNoFile);
    if (files_[document] == FunctionTree::kNoFile) {
      files_[document] = run_.file(file_.pdb()->document_path(document).value_or(""));
    }
    return files_[document];
  }

  const ManagedFile& file_;
  const pe::ReadyToRun& code_;
  SymcacheRun& run_;
  FunctionTree tree_;
  std::vector<std::uint32_t> files_;  // by document
};

}  // namespace

Status add_ready_to_run(Bytes file, Conversion& conversion) {
  SIGLA_TRY_ASSIGN(const pe::Image image, pe::Image::open(file, conversion.limits));
  const auto header = pe::read_cli_header(image);
  if (!header.has_value()) return {};
  const auto code = pe::ReadyToRun::open(image, header.value(), conversion.limits);
  if (!code.has_value()) {
    if (code.error().code() == ErrorCode::kNotFound) return {};
    conversion.diagnostics.report("malformed ready-to-run code", code.error().message());
    return {};
  }
  auto managed = ManagedFile::open(file, conversion.file_name, conversion.limits);
  if (!managed.has_value()) {
    conversion.diagnostics.report("malformed CLR metadata", managed.error().message());
    return {};
  }
  std::optional<Companion> companion;
  if (const auto wanted = managed->wanted_companion()) {
    companion = conversion.companion(
        *wanted, [&](Bytes candidate) { return managed->add_companion(candidate); });
  }
  SymcacheRun run(kReadyToRunOrder, conversion.limits);
  Converter converter(managed.value(), code.value(), run);
  for (const pe::CompiledMethod& method : code->methods(managed->program()->method_count())) {
    converter.add(method);
  }
  conversion.writer.take(std::move(run));
  return {};
}

}  // namespace sigla
