// SPDX-License-Identifier: Apache-2.0
#include "sourcelink/srcsrv.h"

#include <algorithm>

#include "base/text.h"

namespace sigla::sourcelink {
namespace {

constexpr int kDepthMax = 32;
constexpr int kStepCountMax = 10'000;  // variables looked up for one file
constexpr std::size_t kValueSizeMax = 64U << 10;
constexpr std::size_t kColumnCountMax = 10;  // var1 to var10
constexpr std::string_view kMark = "SRCSRV:";

enum class Section { kNone, kIni, kVariables, kFiles, kEnd };

std::optional<Section> section_of(std::string_view line) {
  const std::string_view name = trim(line.substr(kMark.size()));
  const std::pair<std::string_view, Section> sections[] = {{"ini", Section::kIni},
                                                           {"variables", Section::kVariables},
                                                           {"source files", Section::kFiles},
                                                           {"end", Section::kEnd}};
  for (const auto& [start, section] : sections) {
    if (equals_ignoring_case(name.substr(0, start.size()), start)) return section;
  }
  return std::nullopt;
}

std::string with_backslashes(std::string text) {
  std::replace(text.begin(), text.end(), '/', '\\');
  return text;
}

// Evaluates one text for one row.
class Evaluation {
 public:
  using Variables = std::map<std::string, std::string, std::less<>>;

  Evaluation(const Variables& variables,
             const std::vector<std::string>& row,
             std::string_view target_folder)
      : variables_(variables), row_(row), target_folder_(target_folder) {}

  Result<std::string> variable(std::string_view name, int depth) {
    const std::string key = lower(name);
    if (++step_count_ > kStepCountMax || depth > kDepthMax) {
      return make_error(ErrorCode::kLimitExceeded, "srcsrv: variable '%{}%' never ends", name);
    }
    if (key == "targ") return std::string(target_folder_);
    if (key.starts_with("var")) {
      const auto column = parse_decimal(std::string_view(key).substr(3));
      if (column && *column >= 1 && *column <= kColumnCountMax) {
        return *column <= row_.size() ? row_[*column - 1] : std::string();
      }
    }
    const auto found = variables_.find(key);
    if (found == variables_.end()) {
      return malformed("srcsrv: variable '%{}%' is not defined", name);
    }
    return text(found->second, depth + 1);
  }

  Result<std::string> text(std::string_view input, int depth) {
    std::string out;
    while (!input.empty()) {
      const std::size_t start = std::min(input.find('%'), input.size());
      const std::size_t end = input.find('%', std::min(start + 1, input.size()));
      if (end == std::string_view::npos) {
        out += input;
        break;
      }
      out += input.substr(0, start);
      const std::string_view name = input.substr(start + 1, end - start - 1);
      input.remove_prefix(end + 1);
      SIGLA_TRY_ASSIGN(const std::string value, one(name, input, depth));
      out += value;
      if (out.size() > kValueSizeMax) {
        return make_error(ErrorCode::kLimitExceeded, "srcsrv: a value is too long");
      }
    }
    return out;
  }

 private:
  // A variable, or a function, whose argument is taken off `rest`.
  Result<std::string> one(std::string_view name, std::string_view& rest, int depth) {
    if (name.empty()) return std::string("%");
    const std::string key = lower(name);
    const bool is_function = key == "fnvar" || key == "fnbksl" || key == "fnfile";
    if (!is_function || !rest.starts_with('(')) return variable(name, depth);
    std::size_t end = 0;
    int open = 0;
    for (; end < rest.size(); ++end) {
      if (rest[end] == '(') ++open;
      if (rest[end] == ')' && --open == 0) break;
    }
    if (end == rest.size()) return malformed("srcsrv: '%{}%(' is not closed", name);
    if (depth > kDepthMax) {
      return make_error(ErrorCode::kLimitExceeded, "srcsrv: functions are nested too deep");
    }
    SIGLA_TRY_ASSIGN(std::string argument, text(rest.substr(1, end - 1), depth + 1));
    rest.remove_prefix(end + 1);
    if (key == "fnvar") return variable(argument, depth + 1);
    if (key == "fnbksl") return with_backslashes(std::move(argument));
    return std::string(base_name(argument));
  }

  const Variables& variables_;
  const std::vector<std::string>& row_;
  std::string_view target_folder_;
  int step_count_ = 0;
};

}  // namespace

bool SrcsrvTarget::is_url() const {
  const std::string start = lower(std::string_view(path).substr(0, 8));
  return start.starts_with("http://") || start.starts_with("https://");
}

Result<Srcsrv> Srcsrv::parse(std::string_view text, const Limits& limits) {
  if (text.size() > limits.embedded_source_size_max) {
    return make_error(ErrorCode::kLimitExceeded, "srcsrv: {} bytes", text.size());
  }
  Srcsrv stream;
  Section section = Section::kNone;
  std::size_t number = 0;
  for (const std::string_view raw : split(text, '\n')) {
    ++number;
    const std::string_view line = trim(raw);
    if (line.empty() || line.front() == '\0') continue;
    if (line.starts_with(kMark)) {
      const auto next = section_of(line);
      if (!next) return malformed("srcsrv: line {}: a section nobody knows", number);
      section = *next;
      if (section == Section::kEnd) break;
    } else if (section == Section::kFiles) {
      std::vector<std::string> row;
      for (const std::string_view column : split(line, '*')) {
        if (row.size() < kColumnCountMax) row.emplace_back(column);
      }
      if (row.front().empty()) continue;
      stream.row_of_path_.try_emplace(lower(row.front()), stream.rows_.size());
      stream.rows_.push_back(std::move(row));
    } else if (section == Section::kNone) {
      return malformed("srcsrv: line {}: no section begins here", number);
    } else {
      const std::size_t equals = line.find('=');
      if (equals == std::string_view::npos) {
        return malformed("srcsrv: line {}: no '=' in it", number);
      }
      stream.variables_[lower(trim(line.substr(0, equals)))] = line.substr(equals + 1);
    }
  }
  if (section == Section::kNone) return malformed("srcsrv: no section in it");
  return stream;
}

const std::vector<std::string>* Srcsrv::find_row(std::string_view path) const {
  const auto found = row_of_path_.find(lower(path));
  return found == row_of_path_.end() ? nullptr : &rows_[found->second];
}

Result<SrcsrvTarget> Srcsrv::evaluate(std::string_view path, std::string_view target_folder) const {
  const std::vector<std::string>* row = find_row(path);
  if (row == nullptr) return make_error(ErrorCode::kNotFound, "srcsrv: no row for '{}'", path);
  SrcsrvTarget target;
  auto variables = variables_;
  {
    Evaluation evaluation(variables, *row, target_folder);
    SIGLA_TRY_ASSIGN(target.path, evaluation.variable("SRCSRVTRG", 0));
  }
  // The command says where to with %SRCSRVTRG%; evaluated once is enough.
  Evaluation evaluation(variables, *row, target_folder);
  if (!target.is_url() && variables.contains("srcsrvcmd")) {
    SIGLA_TRY_ASSIGN(target.command, evaluation.variable("SRCSRVCMD", 0));
  }
  if (variables.contains("srcsrvenv")) {
    SIGLA_TRY_ASSIGN(target.environment, evaluation.variable("SRCSRVENV", 0));
  }
  return target;
}

std::string Srcsrv::variable(std::string_view name) const {
  const auto found = variables_.find(lower(name));
  return found == variables_.end() ? std::string() : found->second;
}

}  // namespace sigla::sourcelink
