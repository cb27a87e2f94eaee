// SPDX-License-Identifier: Apache-2.0
// What is known of a module whose symbols are wanted, and which files can have them.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ident/identity.h"
#include "ident/layout_paths.h"

namespace sigla {

struct ModuleQuery {
  std::string code_file;         // path as the process had it
  std::string debug_file;        // path or name; empty when unknown
  std::string debug_identifier;  // Breakpad's form, as the dump has it; empty when unknown
  std::optional<DebugId> debug_id;
  CodeId code_id;
  std::string os;  // "Windows NT", "Linux", ...; empty when unknown
  Arch arch = Arch::kUnknown;
  std::optional<ModuleType> type;  // where whoever asks says it; see module_type()
  std::string debug_checksum;      // of the debug file, "SHA256:..."; empty when unknown
  // Nobody knows an id: a file of the module's name will do. Only ever set where no id is.
  bool is_by_name = false;
  // How the file begins, of a query by name whose dump has that much of it: other files of the name
  // are not the module's.
  std::string image_start;
  // The file itself is of use, too, where it is the module and not only its debug file.
  bool wants_program = false;
};

// Whether a file of that name would be the module's or its debug file's: "app", "app.debug" and
// "app.sym" for /bin/app, "ext4.ko" for the kernel's module ext4.
bool is_named_as(std::string_view file_name, const ModuleQuery& query);

// Whether the object is the module itself or its debug file: one of their ids is the same, or, for
// a query by name, its name. The age
// of a Portable PDB does not count, since it is a time stamp that nothing in the program repeats.
bool is_of_module(const Identity& identity, const ModuleQuery& query);

// Whether a file that begins like this is the ELF image that the query has the start of. What strip
// changes does not count: where the section table is and how long. True without such a start.
bool begins_as(Bytes file_start, const ModuleQuery& query);

// Lower is better: what promises more, before anything was made of it. Breakpad's has everything.
int preference(const Identity& identity);

// "libc.so.6 EC61AC938E5A39B16F9FBD350E3169A50", for people.
std::string describe(const ModuleQuery& query);
// The same of one half: "libc.so.6", or "module" for one without a name.
std::string module_name(const ModuleQuery& query);

// What kind of program it is: as it is said to be, else by the system, else by the shape of its
// ids.
ModuleType module_type(const ModuleQuery& query);
// The files that say most of it, in the order in which they are worth asking for: its debug file,
// then itself. Breakpad's is not among them.
std::vector<WantedFile> native_files(const ModuleQuery& query);

}  // namespace sigla
