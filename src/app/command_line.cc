// SPDX-License-Identifier: Apache-2.0
#include "app/command_line.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <iterator>

#include "app/exit_code.h"
#include "base/text.h"

namespace sigla::app {

namespace {

constexpr std::size_t kPageWidth = 88;

struct ExitMeaning {
  ExitCode code;
  std::string_view meaning;
};
constexpr ExitMeaning kExitMeanings[] = {
    {kExitDone, "done"},
    {kExitNo, "the answer is \"no\": not found, a check failed"},
    {kExitUsage, "the command line makes no sense"},
    {kExitBadInput, "bad input: a file breaks its format"},
    {kExitEnvironment, "environment: network, disk or server"},
};

// "-o,--output" and "FILE" as a manual page writes them: "-o FILE, --output FILE".
std::string option_title(std::string_view names, std::string_view value_name) {
  std::string title;
  for (const std::string_view name : split(names, ',')) {
    if (!title.empty()) title += ", ";
    title += name;
    if (!value_name.empty()) title += fmt::format(" {}", value_name);
  }
  return title;
}

void append_paragraph(std::string& page,
                      std::string_view paragraph,
                      std::size_t indent,
                      std::size_t width) {
  const std::string margin(indent, ' ');
  std::string line;
  const auto flush = [&] {
    if (!line.empty()) page += margin + line + "\n";
    line.clear();
  };
  for (const std::string_view row : split(paragraph, '\n')) {
    if (row.starts_with(' ')) {
      flush();
      page += margin + std::string(row) + "\n";
      continue;
    }
    for (const std::string_view word : split(row, ' ')) {
      if (word.empty()) continue;
      if (!line.empty() && indent + line.size() + 1 + word.size() > width) flush();
      if (!line.empty()) line += ' ';
      line += word;
    }
  }
  flush();
}

}  // namespace

std::string wrap(std::string_view text, std::size_t indent, std::size_t width) {
  std::string page;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find("\n\n"), text.size());
    if (!page.empty()) page += "\n";
    append_paragraph(page, text.substr(0, end), indent, width);
    text.remove_prefix(std::min(end + 2, text.size()));
  }
  return page;
}

struct CommandLine::Parser {
  CLI::App app;
};

CommandLine::CommandLine(const Verb& verb, std::string_view synopsis, std::string_view description)
    : parser_(std::make_unique<Parser>()), verb_(verb), description_(description) {
  synopses_.emplace_back(synopsis);
  parser_->app.set_help_flag();  // --help is ours
}

CommandLine::~CommandLine() = default;

void CommandLine::flag(const std::string& names, bool* target, std::string_view help) {
  parser_->app.add_flag(names, *target);
  options_.push_back({option_title(names, {}), std::string(help)});
}

void CommandLine::option(const std::string& names,
                         const std::string& value_name,
                         std::string* target,
                         std::string_view help) {
  parser_->app.add_option(names, *target);
  options_.push_back({option_title(names, value_name), std::string(help)});
}

void CommandLine::option(const std::string& names,
                         const std::string& value_name,
                         std::optional<std::string>* target,
                         std::string_view help) {
  parser_->app.add_option_function<std::string>(
      names, [target](const std::string& value) { *target = value; });
  options_.push_back({option_title(names, value_name), std::string(help)});
}

void CommandLine::option(const std::string& names,
                         const std::string& value_name,
                         std::uint64_t* target,
                         std::string_view help) {
  parser_->app.add_option(names, *target);
  options_.push_back({option_title(names, value_name), std::string(help)});
}

void CommandLine::option(const std::string& names,
                         const std::string& value_name,
                         std::vector<std::string>* target,
                         std::string_view help) {
  parser_->app.add_option(names, *target)->allow_extra_args(false);
  options_.push_back({option_title(names, value_name), std::string(help)});
}

void CommandLine::choice(const std::string& names,
                         std::vector<std::string> values,
                         std::string* target,
                         std::string_view help) {
  const std::string value_name = fmt::format("{}", fmt::join(values, "|"));
  parser_->app.add_option(names, *target)->check(CLI::IsMember(std::move(values)));
  options_.push_back({option_title(names, value_name), std::string(help)});
}

void CommandLine::positional(const std::string& name,
                             std::string* target,
                             std::string_view help,
                             bool required) {
  parser_->app.add_option(name, *target)->required(required);
  arguments_.push_back({name, std::string(help)});
}

void CommandLine::positionals(const std::string& name,
                              std::vector<std::string>* target,
                              std::string_view help,
                              Count count) {
  parser_->app.add_option(name, *target)->required(count == kAtLeastOne);
  arguments_.push_back({name + "...", std::string(help)});
}

void CommandLine::synopsis(std::string_view line) { synopses_.emplace_back(line); }

void CommandLine::exit_status(int code, std::string_view meaning) {
  exit_statuses_.push_back({std::to_string(code), std::string(meaning)});
}

void CommandLine::example(std::string_view command, std::string_view what) {
  examples_.push_back({std::string(command), std::string(what)});
}

std::string CommandLine::manual() const {
  std::string page =
      fmt::format("NAME\n    sigla {} - {}\n\nSYNOPSIS\n", verb_.name, verb_.summary);
  for (const std::string& synopsis : synopses_) {
    page += fmt::format("    sigla {}{}{}\n", verb_.name, synopsis.empty() ? "" : " ", synopsis);
  }
  page += "\nDESCRIPTION\n" + wrap(description_, 4, kPageWidth);
  if (!arguments_.empty()) {
    page += "\nARGUMENTS\n";
    for (const Described& argument : arguments_) {
      page += "    " + argument.title + "\n" + wrap(argument.help, 8, kPageWidth);
    }
  }
  page += "\nOPTIONS\n";
  for (const Described& option : options_) {
    page += "    " + option.title + "\n" + wrap(option.help, 8, kPageWidth);
  }
  page += "    --help\n        print this page\n\nEXIT STATUS\n";
  for (const ExitMeaning& general : kExitMeanings) {
    const std::string code = std::to_string(general.code);
    const auto own = std::find_if(exit_statuses_.begin(),
                                  exit_statuses_.end(),
                                  [&](const Described& status) { return status.title == code; });
    const std::string_view meaning =
        own == exit_statuses_.end() ? general.meaning : std::string_view(own->help);
    page += fmt::format("    {}   {}\n", code, meaning);
  }
  if (!examples_.empty()) {
    page += "\nEXAMPLES\n";
    for (const Described& example : examples_) {
      page += "    " + example.title + "\n" + wrap(example.help, 8, kPageWidth);
    }
  }
  return page;
}

std::optional<int> CommandLine::parse(Arguments arguments) {
  const auto options_end = std::find(arguments.begin(), arguments.end(), "--");
  for (auto argument = arguments.begin(); argument != options_end; ++argument) {
    if (*argument != "--help" && *argument != "-h") continue;
    std::fputs(manual().c_str(), stdout);
    return kExitDone;
  }
  try {
    parser_->app.parse(std::vector<std::string>(arguments.rbegin(), arguments.rend()));
  } catch (const CLI::ParseError& error) {
    std::fputs(
        fmt::format("sigla: {}: {}\nTry 'sigla {} --help'.\n", verb_.name, error.what(), verb_.name)
            .c_str(),
        stderr);
    return kExitUsage;
  }
  return std::nullopt;
}

}  // namespace sigla::app
