// SPDX-License-Identifier: Apache-2.0
// Numbers of CodeView as a PDB holds it, in the spelling of Microsoft's cvinfo.h (microsoft-pdb).
// Everything is little-endian.
#pragma once

#include <cstdint>

namespace sigla::pdb {

// Symbol records: u16 size of what follows, u16 kind, data. Kinds with _ST have names of one size
// byte and text (until Visual C++ 7.0), the others end in NUL.
enum SymbolKind : std::uint16_t {
  S_END = 0x0006,
  S_OBJNAME_ST = 0x0009,
  S_THUNK32_ST = 0x0206,
  S_BLOCK32_ST = 0x0207,
  S_WITH32_ST = 0x0208,
  S_LABEL32_ST = 0x0209,
  S_OEM = 0x0404,
  S_PUB32_ST = 0x1009,
  S_LPROC32_ST = 0x100a,
  S_GPROC32_ST = 0x100b,
  S_COMPILE2_ST = 0x1013,
  S_FRAMEPROC = 0x1012,
  S_OBJNAME = 0x1101,
  S_THUNK32 = 0x1102,
  S_BLOCK32 = 0x1103,
  S_WITH32 = 0x1104,
  S_LABEL32 = 0x1105,
  S_PUB32 = 0x110e,
  S_LPROC32 = 0x110f,
  S_GPROC32 = 0x1110,
  S_COMPILE2 = 0x1116,
  S_MANSLOT = 0x1120,
  S_UNAMESPACE = 0x1124,
  S_PROCREF = 0x1125,
  S_TOKENREF = 0x1129,
  S_GMANPROC = 0x112a,
  S_LMANPROC = 0x112b,
  S_TRAMPOLINE = 0x112c,
  S_MANCONSTANT = 0x112d,
  S_SEPCODE = 0x1132,
  S_COMPILE3 = 0x113c,
  S_LPROC32_ID = 0x1146,
  S_GPROC32_ID = 0x1147,
  S_INLINESITE = 0x114d,
  S_INLINESITE_END = 0x114e,
  S_PROC_ID_END = 0x114f,
  S_LPROC32_DPC = 0x1155,
  S_LPROC32_DPC_ID = 0x1156,
  S_INLINESITE2 = 0x115d,
};

// The u32 a module's symbols begin with.
enum SymbolSignature : std::uint32_t {
  CV_SIGNATURE_C7 = 1,
  CV_SIGNATURE_C11 = 2,
  CV_SIGNATURE_C13 = 4,
};

// Of S_PUB32.
enum PublicFlags : std::uint32_t {
  cvpsfCode = 1,
  cvpsfFunction = 2,
};

// Type records: u16 size of what follows, u16 kind, data. Those from 0x1600 on stand in the id
// stream.
enum TypeKind : std::uint16_t {
  LF_VTSHAPE = 0x000a,
  LF_MODIFIER = 0x1001,
  LF_POINTER = 0x1002,
  LF_PROCEDURE = 0x1008,
  LF_MFUNCTION = 0x1009,
  LF_ARGLIST = 0x1201,
  LF_BITFIELD = 0x1205,
  LF_ARRAY = 0x1503,
  LF_CLASS = 0x1504,
  LF_STRUCTURE = 0x1505,
  LF_UNION = 0x1506,
  LF_ENUM = 0x1507,
  LF_INTERFACE = 0x1519,
  LF_FUNC_ID = 0x1601,
  LF_MFUNC_ID = 0x1602,
  LF_BUILDINFO = 0x1603,
  LF_SUBSTR_LIST = 0x1604,
  LF_STRING_ID = 0x1605,
  LF_UDT_SRC_LINE = 0x1606,
  LF_UDT_MOD_SRC_LINE = 0x1607,
  LF_CLASS2 = 0x1608,
  LF_STRUCTURE2 = 0x1609,
};

// Numeric leaves: a u16 below LF_NUMERIC is the number, one above says what follows.
enum NumericLeaf : std::uint16_t {
  LF_NUMERIC = 0x8000,
  LF_CHAR = 0x8000,
  LF_SHORT = 0x8001,
  LF_USHORT = 0x8002,
  LF_LONG = 0x8003,
  LF_ULONG = 0x8004,
  LF_REAL32 = 0x8005,
  LF_REAL64 = 0x8006,
  LF_QUADWORD = 0x8009,
  LF_UQUADWORD = 0x800a,
  LF_VARSTRING = 0x8010,
  LF_DECIMAL = 0x8019,
  LF_DATE = 0x801a,
  LF_UTF8STRING = 0x801b,
};

// Subsections of a module's C13 line information: u32 kind, u32 size, data up to a multiple of 4.
enum DebugSubsection : std::uint32_t {
  DEBUG_S_IGNORE = 0x80000000,  // a flag: skip this one
  DEBUG_S_LINES = 0xf2,
  DEBUG_S_STRINGTABLE = 0xf3,
  DEBUG_S_FILECHKSMS = 0xf4,
  DEBUG_S_FRAMEDATA = 0xf5,
  DEBUG_S_INLINEELINES = 0xf6,
  DEBUG_S_CROSSSCOPEIMPORTS = 0xf7,
  DEBUG_S_CROSSSCOPEEXPORTS = 0xf8,
};
enum LinesFlag : std::uint16_t { CV_LINES_HAVE_COLUMNS = 1 };
enum InlineeSignature : std::uint32_t {
  CV_INLINEE_SOURCE_LINE_SIGNATURE = 0,
  CV_INLINEE_SOURCE_LINE_SIGNATURE_EX = 1,
};

// Binary annotations of S_INLINESITE.
enum BinaryAnnotation : std::uint32_t {
  BA_OP_Invalid = 0,  // padding: the end
  BA_OP_CodeOffset = 1,
  BA_OP_ChangeCodeOffsetBase = 2,
  BA_OP_ChangeCodeOffset = 3,
  BA_OP_ChangeCodeLength = 4,
  BA_OP_ChangeFile = 5,
  BA_OP_ChangeLineOffset = 6,
  BA_OP_ChangeLineEndDelta = 7,
  BA_OP_ChangeRangeKind = 8,
  BA_OP_ChangeColumnStart = 9,
  BA_OP_ChangeColumnEndDelta = 10,
  BA_OP_ChangeCodeOffsetAndLineOffset = 11,
  BA_OP_ChangeCodeLengthAndCodeOffset = 12,
  BA_OP_ChangeColumnEnd = 13,
};

// Line numbers that are none: "step over" and "step into" whatever comes here.
inline constexpr std::uint32_t kLineAlwaysStepInto = 0xfeefee;
inline constexpr std::uint32_t kLineNeverStepInto = 0xf00f00;

}  // namespace sigla::pdb
