// SPDX-License-Identifier: Apache-2.0
#include <cstdlib>

#include "formats/breakpad/identity.h"
#include "formats/breakpad/parser.h"

namespace {

// Every view must lie inside the input; reading its ends makes AddressSanitizer say so.
class Toucher : public sigla::breakpad::Visitor {
 public:
  void on_file(std::uint32_t, std::string_view path) override { touch(path); }
  void on_function(const sigla::breakpad::Function& f) override { touch(f.name); }
  void on_inline_origin(std::uint32_t, std::string_view name) override { touch(name); }
  void on_inline(const sigla::breakpad::Inline& call) override {
    if (call.ranges.empty()) std::abort();
  }
  void on_public(const sigla::breakpad::Public& p) override { touch(p.name); }
  void on_stack_win(const sigla::breakpad::StackWinRecord& w) override { touch(w.program); }
  void on_cfi_init(std::uint64_t, std::uint64_t, std::string_view rules) override { touch(rules); }
  void on_cfi_delta(std::uint64_t, std::string_view rules) override { touch(rules); }

 private:
  void touch(std::string_view text) {
    if (!text.empty()) sum_ = sum_ + text.front() + text.back();
    if (text.find('\n') != std::string_view::npos) std::abort();
  }
  volatile int sum_ = 0;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const sigla::Bytes input(data, size);
  Toucher visitor;
  sigla::Diagnostics diagnostics;
  const auto parsed = sigla::breakpad::parse(input, visitor, sigla::Limits(), diagnostics);
  const auto identity = sigla::breakpad::identify_breakpad(input, "f.sym", sigla::Limits());
  if (identity.has_value() && !parsed.has_value()) std::abort();
  return 0;
}
