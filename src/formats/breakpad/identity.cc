// SPDX-License-Identifier: Apache-2.0
#include "formats/breakpad/identity.h"

#include <string.h>

#include <algorithm>
#include <string>

#include "base/diagnostics.h"
#include "base/text.h"
#include "formats/breakpad/parser.h"

namespace sigla::breakpad {
namespace {

// Reads up to the first record that is neither MODULE nor INFO.
class Header : public Visitor {
 public:
  void on_module(const Module& module) override {
    if (has_module_) return;
    has_module_ = true;
    module_ = module;
  }
  void on_info(const Info& info) override {
    if (info.key == "CODE_ID" && code_id_.empty()) {
      code_id_ = info.text.substr(0, info.text.find(' '));
    }
  }
  void on_file(std::uint32_t, std::string_view) override { done_ = true; }
  void on_function(const Function&) override { done_ = true; }
  void on_inline_origin(std::uint32_t, std::string_view) override { done_ = true; }
  void on_public(const Public&) override { done_ = true; }
  void on_stack_win(const StackWinRecord&) override { done_ = true; }
  void on_cfi_init(std::uint64_t, std::uint64_t, std::string_view) override { done_ = true; }
  void on_cfi_delta(std::uint64_t, std::string_view) override { done_ = true; }
  bool is_satisfied() const override { return done_; }

  const Module& module() const { return module_; }
  std::string_view code_id() const { return code_id_; }

 private:
  Module module_;
  std::string_view code_id_;
  bool has_module_ = false;
  bool done_ = false;
};

// Whether some line after the first begins with `keyword`. Unwind records stand at the end of most
// files and functions near the start, so both ends are tried before the middle.
bool has_record(std::string_view text, std::string_view keyword) {
  constexpr std::size_t kEnd = 64 << 10;
  const std::string needle = "\n" + std::string(keyword);
  const auto contains = [&](std::string_view part) {
    return memmem(part.data(), part.size(), needle.data(), needle.size()) != nullptr;
  };
  if (contains(text.substr(0, kEnd))) return true;
  if (contains(text.substr(text.size() - std::min(text.size(), kEnd)))) return true;
  return contains(text);
}

}  // namespace

Result<Identity> identify_breakpad(Bytes file, std::string_view file_name, const Limits& limits) {
  Header header;
  Diagnostics diagnostics;
  SIGLA_TRY(parse(file, header, limits, diagnostics));
  const Module& module = header.module();
  Identity identity;
  identity.format = Format::kBreakpad;
  identity.kind = ObjectKind::kDebug;
  identity.arch = parse_arch(module.arch);
  identity.name = base_name(module.name.empty() ? file_name : module.name);
  const auto debug_id = DebugId::parse(module.id);
  if (!debug_id.has_value()) {
    return malformed("Breakpad MODULE record: {}", debug_id.error().message());
  }
  identity.debug_id = *debug_id;
  identity.code_id = CodeId(header.code_id());
  const std::string_view text = as_text(file);
  identity.has_debug_info = has_record(text, "FUNC ");
  identity.has_symbols = identity.has_debug_info || has_record(text, "PUBLIC ");
  identity.has_unwind_info = has_record(text, "STACK ");
  return identity;
}

}  // namespace sigla::breakpad
