// SPDX-License-Identifier: Apache-2.0
#include <boost/json.hpp>
#include <cstdio>
#include <string>
#include <vector>

#include "app/command_line.h"
#include "app/exit_code.h"
#include "app/file_contents.h"
#include "app/local_workers.h"
#include "app/managed_report.h"
#include "app/verbs.h"
#include "base/json_writer.h"
#include "base/text.h"
#include "codec/hash.h"
#include "ident/symbol_keys.h"
#include "object/identify_job.h"

namespace sigla::app {

namespace {

struct Inspected {
  std::string path;
  std::uint64_t size = 0;
  std::string sha256;
  IdentifiedFile content;
};

std::string_view to_string(Wrapping wrapping) {
  switch (wrapping) {
    case Wrapping::kNone:
      return "none";
    case Wrapping::kGzip:
      return "gzip";
    case Wrapping::kZstd:
      return "zstd";
    case Wrapping::kXz:
      return "xz";
    case Wrapping::kBzip2:
      return "bzip2";
    case Wrapping::kLz4:
      return "lz4";
    case Wrapping::kCab:
      return "cab";
  }
  return "none";
}

Result<Inspected> look_at(WorkerPool& workers, const std::string& path) {
  SIGLA_TRY_ASSIGN(const File file, File::open_read(path));
  Inspected inspected;
  inspected.path = path;
  SIGLA_TRY_ASSIGN(inspected.size, file.size());
  SIGLA_TRY_ASSIGN(const Sha256Digest digest, sha256(file));
  inspected.sha256 = hex_lower(digest);
  SIGLA_TRY_ASSIGN(inspected.content, identify_in_worker(workers, file, base_name(path), {}));
  Object& first = inspected.content.objects.front();
  if (!first.pdb_checksums.empty() && !first.pdb_checksums.front().is_right) {
    verify_pdb_checksums(path, workers, first);
  }
  return inspected;
}

// The map as JSON of ours; the text as it is when it is none.
void write_source_link(JsonWriter& json, std::string_view text) {
  constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  boost::json::parse_options options;
  options.allow_trailing_commas = true;
  boost::json::error_code error;
  const boost::json::value map = boost::json::parse({text.data(), text.size()}, error, {}, options);
  if (error) {
    json.member("source_link", text);
  } else {
    json.key("source_link").raw(boost::json::serialize(map));
  }
}

void write_documents(JsonWriter& json, const Object& object) {
  if (object.documents.empty()) return;
  json.key("documents").begin_array();
  for (const SourceDocument& document : object.documents) {
    json.begin_object().member("path", document.path);
    if (!document.language.empty()) json.member("language", document.language);
    if (!document.hash.empty()) {
      json.member("hash_algorithm", document.hash_algorithm).member("hash", document.hash);
    }
    json.member("embedded", document.is_embedded).end_object();
  }
  json.end_array();
}

void write_checksums(JsonWriter& json, const Object& object) {
  if (object.pdb_checksums.empty()) return;
  json.key("pdb_checksums").begin_array();
  for (const PdbChecksum& checksum : object.pdb_checksums) {
    json.begin_object();
    json.member("algorithm", checksum.algorithm).member("digest", checksum.digest);
    if (checksum.is_right) json.member("verified", *checksum.is_right);
    json.end_object();
  }
  json.end_array();
}

// `methods` is the array of all methods of the file, or empty when they were not asked for.
void write_object(JsonWriter& json, const Object& object, std::string_view methods) {
  const Identity& identity = object.identity;
  json.begin_object();
  json.member("format", to_string(identity.format));
  json.member("kind", to_string(identity.kind));
  json.member("arch", to_string(identity.arch));
  json.member("name", identity.name);
  json.text_or_null("debug_id", identity.debug_id ? identity.debug_id->dashed() : std::string());
  json.text_or_null("breakpad_id",
                    identity.debug_id ? identity.debug_id->breakpad() : std::string());
  json.text_or_null("code_id", identity.code_id.text());
  if (!identity.debug_file_name.empty()) json.member("debug_file", identity.debug_file_name);
  json.member("has_symbols", identity.has_symbols);
  json.member("has_debug_info", identity.has_debug_info);
  json.member("has_unwind_info", identity.has_unwind_info);
  json.member("has_sources", identity.has_sources);
  json.member("offset", object.offset);
  json.member("size", object.size);
  if (identity.is_managed) json.member("managed", true);
  if (identity.is_embedded) json.member("embedded", true);
  if (!identity.version.empty()) json.member("version", identity.version);
  json.key("keys").begin_array();
  for (const std::string& key : symbol_keys(identity, kIdentityKey)) json.value(key);
  json.end_array();
  if (!identity.mvid.empty()) json.member("mvid", identity.mvid);
  write_checksums(json, object);
  write_documents(json, object);
  if (!object.embedded_sources.empty()) {
    json.key("embedded_sources").begin_array();
    for (const EmbeddedSource& source : object.embedded_sources) {
      json.begin_object().member("path", source.path).member("size", source.size).end_object();
    }
    json.end_array();
  }
  if (!object.source_link.empty()) write_source_link(json, object.source_link);
  if (!identity.loaded_modules.empty()) {
    json.key("modules").begin_array();
    for (const Identity& module : identity.loaded_modules) {
      json.begin_object().member("name", module.name);
      json.text_or_null("debug_id", module.debug_id ? module.debug_id->dashed() : std::string());
      json.text_or_null("code_id", module.code_id.text());
      json.end_object();
    }
    json.end_array();
  }
  if (!methods.empty()) json.key("methods").raw(methods);
  json.end_object();
}

std::string to_json(const Inspected& inspected, std::string_view methods) {
  JsonWriter json;
  json.begin_object();
  json.member("file", inspected.path);
  json.member("size", inspected.size);
  json.member("sha256", inspected.sha256);
  if (inspected.content.wrapping != Wrapping::kNone) {
    json.member("compression", to_string(inspected.content.wrapping));
  }
  json.key("objects").begin_array();
  // Where a program carries its PDB, the methods are said once, with the PDB.
  const auto& objects = inspected.content.objects;
  for (std::size_t i = 0; i < objects.size(); ++i) {
    const bool has_methods = i + 1 == objects.size();
    write_object(json, objects[i], methods.empty() || has_methods ? methods : "[]");
  }
  json.end_array().end_object();
  return std::move(json).take();
}

std::string features_of(const Identity& identity) {
  std::string text;
  const auto add = [&](bool has, std::string_view name) {
    if (!has) return;
    if (!text.empty()) text += ", ";
    text += name;
  };
  add(identity.has_symbols, "symbols");
  add(identity.has_debug_info, "debug info");
  add(identity.has_unwind_info, "unwind info");
  add(identity.has_sources, "sources");
  return text.empty() ? "none" : text;
}

void print_line(std::string_view label, std::string_view text) {
  if (!text.empty())
    std::fputs(fmt::format("  {:<12}{}\n", label, printable(text)).c_str(), stdout);
}

void print_object(const Object& object) {
  const Identity& identity = object.identity;
  std::string title = fmt::format(
      "{} {}, {}", to_string(identity.format), to_string(identity.kind), to_string(identity.arch));
  if (identity.is_embedded) title += ", embedded";
  print_line("object", title);
  print_line("name", identity.name);
  print_line("debug id", identity.debug_id ? identity.debug_id->dashed() : std::string());
  print_line("code id", identity.code_id.text());
  print_line("debug file", identity.debug_file_name);
  print_line("version", identity.version);
  print_line("has", features_of(identity));
  for (const std::string& key : symbol_keys(identity, kIdentityKey)) print_line("key", key);
  print_line("mvid", identity.mvid);
  for (const PdbChecksum& checksum : object.pdb_checksums) {
    print_line("pdb checksum",
               fmt::format("{} {}{}",
                           checksum.algorithm,
                           checksum.digest,
                           !checksum.is_right   ? ""
                           : *checksum.is_right ? " (right)"
                                                : " (WRONG)"));
  }
  for (const SourceDocument& document : object.documents) print_line("document", document.path);
  for (const EmbeddedSource& source : object.embedded_sources) {
    print_line("source", fmt::format("{} ({} bytes)", source.path, source.size));
  }
  print_line("source link", object.source_link);
  for (const Identity& module : identity.loaded_modules) {
    const std::string id = module.debug_id ? module.debug_id->breakpad() : module.code_id.text();
    print_line("module", fmt::format("{} {}", module.name, id));
  }
}

void print(const Inspected& inspected) {
  std::string line = fmt::format("{}: {} bytes", inspected.path, inspected.size);
  if (inspected.content.wrapping != Wrapping::kNone) {
    line += fmt::format(
        ", {} of {} bytes", to_string(inspected.content.wrapping), inspected.content.size);
  }
  std::printf("%s\n", line.c_str());
  print_line("sha256", inspected.sha256);
  for (const Object& object : inspected.content.objects) print_object(object);
}

int print_contents(const std::vector<std::string>& files,
                   FileContents contents,
                   bool as_json,
                   const SymbolFileOptions& options) {
  LazyWorkers workers;
  int status = kExitDone;
  for (const std::string& path : files) {
    const auto text = describe_contents(path, contents, as_json, options, workers);
    if (!text.has_value()) {
      status = fail(path, text.error());
      continue;
    }
    std::fwrite(text->data(), 1, text->size(), stdout);
  }
  if (std::fflush(stdout) != 0) return fail(errno_error("standard output"));
  return status;
}

// One object of JSON for each file, its methods in it.
int print_methods(const std::vector<std::string>& files) {
  LazyWorkers workers;
  int status = kExitDone;
  for (const std::string& path : files) {
    const auto pool = workers.get();
    if (!pool.has_value()) return fail(pool.error());
    const auto inspected = look_at(**pool, path);
    if (!inspected.has_value()) {
      status = fail(path, inspected.error());
      continue;
    }
    const auto methods = list_methods(path, workers);
    if (!methods.has_value()) {
      status = fail(path, methods.error());
      continue;
    }
    std::printf("%s\n", to_json(inspected.value(), methods.value()).c_str());
  }
  return status;
}

int run_inspect(const Verb& self, Arguments arguments) {
  bool as_json = false;
  bool has_sections = false;
  bool has_units = false;
  bool has_functions = false;
  bool has_methods = false;
  SymbolFileOptions options;
  std::vector<std::string> files;
  CommandLine line(
      self,
      "[--json] [--sections|--units|--functions|--methods] FILE...",
      "Says what is in each FILE: format, kind, architecture, ids, which of symbols, "
      "debug information, unwind information and sources it has, and its symbol keys. "
      "Files are recognised by their content, never by their name.\n\n"
      "Read: ELF, Mach-O (fat too), PE, PDB, Portable PDB (alone and inside a PE), "
      "Breakpad symbols, WebAssembly, R2R perf maps, minidumps, cores and source "
      "bundles; and each of these compressed with gzip, zstd, xz or bzip2, or alone in "
      "a cabinet.");
  line.flag("--json", &as_json, "one JSON object for each FILE");
  line.flag("--sections", &has_sections, "list the sections of ELF, Mach-O, PE and WebAssembly");
  line.flag("--units", &has_units, "list the units of the DWARF in one of these");
  line.flag("--functions", &has_functions, "list every function known, as `sigla lookup` has it");
  line.flag("--methods",
            &has_methods,
            "list the methods of a .NET program or PDB with their sequence points, always as JSON");
  options.add_to(line);
  line.positionals("FILE", &files, "what to look at", CommandLine::kAtLeastOne);
  line.example("sigla inspect crash.pdb", "its debug id and what it has");
  line.example("sigla inspect --json crash.dmp", "which modules were loaded");
  line.example("sigla inspect --units app.debug", "which sources it was built from");
  if (const auto status = line.parse(arguments)) return *status;

  if (has_methods) return print_methods(files);
  if (has_sections || has_units || has_functions) {
    const FileContents contents = has_sections ? FileContents::kSections
                                  : has_units  ? FileContents::kUnits
                                               : FileContents::kFunctions;
    return print_contents(files, contents, as_json, options);
  }
  const auto workers = start_local_workers();
  if (!workers.has_value()) return fail(workers.error());
  int status = kExitDone;
  for (const std::string& path : files) {
    const auto inspected = look_at(*workers.value(), path);
    if (!inspected.has_value()) {
      status = fail(path, inspected.error());
    } else if (as_json) {
      std::printf("%s\n", to_json(inspected.value(), {}).c_str());
    } else {
      print(inspected.value());
    }
  }
  return status;
}

}  // namespace

const Verb kVerbInspect = {"inspect", "say what is in a file", run_inspect};

}  // namespace sigla::app
