// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>

#include "base/text.h"
#include "formats/trace/kind.h"

namespace sigla::trace {

extern const Kind kAndroid;
extern const Kind kSanitizer;
extern const Kind kThreadSanitizer;
extern const Kind kBacktraceSymbols;
extern const Kind kProcMaps;
extern const Kind kKernel;
extern const Kind kGdb;
extern const Kind kLldb;
extern const Kind kGo;
extern const Kind kRust;
extern const Kind kWindbg;
extern const Kind kWinedbg;
extern const Kind kBreakpadMachine;
extern const Kind kModuleOffset;
extern const Kind kPlain;
extern const Kind kAppleText;
extern const Kind kAppleJson;
extern const Kind kBacktraceJson;
extern const Kind kLookupJson;

std::span<const Kind* const> kinds() {
  static constexpr std::array kAll = {
      &kAndroid,
      &kSanitizer,
      &kThreadSanitizer,
      &kBacktraceSymbols,
      &kGdb,
      &kLldb,
      &kProcMaps,
      &kBreakpadMachine,
      &kKernel,
      &kWinedbg,
      &kWindbg,
      &kGo,
      &kRust,
      &kModuleOffset,
      &kPlain,
      &kAppleText,
      &kAppleJson,
      &kBacktraceJson,
      &kLookupJson,
  };
  return kAll;
}

std::uint32_t kind_index(std::string_view name) {
  const auto all = kinds();
  const auto found = std::ranges::find(all, name, &Kind::name);
  SIGLA_CHECK(found != all.end());
  return static_cast<std::uint32_t>(found - all.begin());
}

Trace recognise(std::string_view text, const Limits& limits) {
  const auto all = kinds();
  Builder builder;
  for (Lines lines(text); !lines.at_end(); lines.advance()) {
    if (builder.trace().frames.size() >= kFrameCountMax) break;
    if (lines.line().size() > limits.line_size_max) continue;
    bool is_taken = false;
    for (std::uint32_t i = 0; i < all.size() && !is_taken; ++i) {
      builder.set_kind(i);
      is_taken = all[i]->read(lines, builder);
    }
    if (!is_taken) builder.pass(lines.line());
  }
  return std::move(builder.trace());
}

}  // namespace sigla::trace
