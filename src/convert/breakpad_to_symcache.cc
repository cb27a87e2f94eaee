// SPDX-License-Identifier: Apache-2.0
#include "convert/breakpad_to_symcache.h"

#include <vector>

#include "formats/breakpad/identity.h"
#include "formats/breakpad/parser.h"
#include "symcache/writer.h"

namespace sigla {
namespace {

class Converter : public breakpad::Visitor {
 public:
  Converter(SymcacheWriter& writer, Diagnostics& diagnostics)
      : writer_(writer), diagnostics_(diagnostics) {}

  void on_module(const breakpad::Module& module) override { os_ = module.os; }
  void on_info(const breakpad::Info& info) override {
    if (info.key != "CODE_ID") return;
    const std::size_t space = info.text.find(' ');
    if (space != std::string_view::npos) code_file_name_ = info.text.substr(space + 1);
  }
  void on_file(std::uint32_t number, std::string_view path) override {
    writer_.name_file(number, path);
  }
  void on_inline_origin(std::uint32_t number, std::string_view name) override {
    writer_.name_origin(number, name);
  }
  void on_function(const breakpad::Function& function) override {
    inline_depth_ = 0;
    writer_.begin_function({.address = function.address,
                            .size = function.size,
                            .parameter_size = function.parameter_size,
                            .is_multiple = function.is_multiple,
                            .name = function.name});
  }
  void on_line(const breakpad::Line& line) override {
    writer_.add_line(
        {.address = line.address, .size = line.size, .file = line.file, .line = line.line});
  }
  void on_inline(const breakpad::Inline& call) override {
    if (call.depth > inline_depth_ + 1) {
      diagnostics_.report("INLINE record whose outer call is missing",
                          fmt::format("origin {}", call.origin));
      return;
    }
    inline_depth_ = call.depth;
    ranges_.clear();
    for (const breakpad::Range& range : call.ranges) {
      ranges_.push_back({range.address, range.size});
    }
    writer_.add_inline({.origin = call.origin,
                        .call_file = call.has_call_file ? call.call_file : SymcacheWriter::kNoFile,
                        .call_line = call.call_line},
                       ranges_);
  }
  void on_public(const breakpad::Public& symbol) override {
    writer_.add_public(symbol.address, symbol.parameter_size, symbol.is_multiple, symbol.name);
  }
  void on_stack_win(const breakpad::StackWinRecord& record) override;
  void on_cfi_init(std::uint64_t address, std::uint64_t size, std::string_view rules) override {
    writer_.add_cfi_init(address, size, rules);
  }
  void on_cfi_delta(std::uint64_t address, std::string_view rules) override {
    writer_.add_cfi_delta(address, rules);
  }

  std::string_view os() const { return os_; }
  std::string_view code_file_name() const { return code_file_name_; }

 private:
  SymcacheWriter& writer_;
  Diagnostics& diagnostics_;
  std::string_view os_;
  std::string_view code_file_name_;
  std::uint32_t inline_depth_ = 0;  // of the last INLINE record
  std::vector<SymcacheWriter::Range> ranges_;
};

void Converter::on_stack_win(const breakpad::StackWinRecord& record) {
  StackWin out;
  if (record.type == static_cast<std::uint32_t>(StackWin::Type::kFrameData)) {
    out.type = StackWin::Type::kFrameData;
  } else if (record.type != static_cast<std::uint32_t>(StackWin::Type::kFpo)) {
    diagnostics_.report("STACK WIN record of a type no unwinder uses",
                        fmt::format("type {}", record.type));
    return;
  }
  out.address = record.address;
  out.size = record.size;
  out.prologue_size = record.prologue_size;
  out.epilogue_size = record.epilogue_size;
  out.parameter_size = record.parameter_size;
  out.saved_register_size = record.saved_register_size;
  out.local_size = record.local_size;
  out.max_stack_size = record.max_stack_size;
  out.allocates_base_pointer = record.allocates_base_pointer;
  out.program_string = record.program;
  writer_.add_stack_win(out);
}

}  // namespace

Status breakpad_to_symcache(Bytes file,
                            std::string_view file_name,
                            const Limits& limits,
                            Diagnostics& diagnostics,
                            const std::function<Status(Bytes)>& sink) {
  SymcacheWriter writer(limits);
  SIGLA_TRY_ASSIGN(Identity identity, breakpad::identify_breakpad(file, file_name, limits));
  writer.set_identity(std::move(identity));
  Converter converter(writer, diagnostics);
  SIGLA_TRY(breakpad::parse(file, converter, limits, diagnostics));
  writer.set_origin(converter.os(), converter.code_file_name());
  SIGLA_TRY(writer.finish(sink));
  diagnostics.merge(writer.diagnostics());
  return {};
}

}  // namespace sigla
