// SPDX-License-Identifier: Apache-2.0
// Frames of .NET in stacks that somebody else walked: a method and an offset in its IL, to lines by
// the module's Portable PDB. Private to this folder.
#pragma once

#include "os/worker.h"
#include "symbolicate/stack_trace.h"
#include "symbolicate/symbol_finder.h"

namespace sigla {

// A frame of managed code: it names a module of .NET by its index.
bool is_managed(const TraceRequest& request, const TraceFrame& frame);

// Names those of `named`, and tells of their modules. PDBs are read in `workers`.
Status name_managed_frames(const SymbolFinder& finder,
                           WorkerPool& workers,
                           const TraceRequest& request,
                           NamedTraces& named);

}  // namespace sigla
