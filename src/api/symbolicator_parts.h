// SPDX-License-Identifier: Apache-2.0
// What the answers to stacks and to dumps have in common in Symbolicator's API: modules with their
// candidates, calls, and sources around them. Shared by symbolicator_response.cc and
// symbolicator_report.cc.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json_writer.h"
#include "symbolicate/report.h"
#include "symbolicate/source_context.h"
#include "symbolicate/stack_trace.h"

namespace sigla::api {

std::string hex(std::uint64_t value);  // "0x1f"
std::string_view status_text(NamedFrame::Status status);

// One module of an answer, whatever it was asked for.
struct ShownModule {
  std::string_view type;
  const ModuleQuery& query;
  std::string debug_id;
  std::uint64_t base = 0;
  std::optional<std::uint64_t> size;
  ModuleStatus status = ModuleStatus::kUnused;
  std::string_view unwind_status;  // empty: nothing was unwound
  const Identity& identity;
  const std::vector<SymbolCandidate>& candidates;
};

void write_module(const ShownModule& module, bool has_candidates, JsonWriter& json);

// What is known of a named call, without its frame.
void write_call(std::string_view symbol,
                std::string_view function,
                std::string_view file,
                std::uint32_t line,
                JsonWriter& json);
// The lines around a place or, where nobody has them, the URL that Source Link gives.
void write_source(const std::optional<SourceContext>& context,
                  std::string_view url,
                  JsonWriter& json);
// The member, unless its text is empty.
void write_nonempty(std::string_view name, std::string_view text, JsonWriter& json);

}  // namespace sigla::api
