// SPDX-License-Identifier: Apache-2.0
// Turns the debug information of mcs (.mdb) into a Portable PDB: portable.exe IN.exe OUT.exe
// [SOURCE_LINK.json]. With the map, sources have their SHA-256, and those named embedded.cs lie in the PDB.
using System;
using System.Collections.Generic;
using System.IO;
using System.Security.Cryptography;
using Mono.Cecil;
using Mono.Cecil.Cil;
using Mono.CompilerServices.SymbolWriter;

// The program names it without the folder it was made in.
class PdbFile : FileStream {
  public PdbFile(string path) : base(path, FileMode.Create) {}
  public override string Name { get { return "/src/" + Path.GetFileName(base.Name); } }
}

static class Portable {
  static IEnumerable<TypeDefinition> All(IEnumerable<TypeDefinition> types) {
    foreach (var type in types) {
      yield return type;
      foreach (var nested in All(type.NestedTypes)) yield return nested;
    }
  }
  static void AddContent(Document document) {
    var content = File.ReadAllBytes(document.Url);
    document.HashAlgorithm = DocumentHashAlgorithm.SHA256;
    document.Hash = SHA256.Create().ComputeHash(content);
    if (Path.GetFileName(document.Url) != "embedded.cs") return;
    document.CustomDebugInformations.Add(new EmbeddedSourceDebugInformation(content, true));
  }
  static void Main(string[] args) {
    var module = ModuleDefinition.ReadModule(args[0]);
    var symbols = MonoSymbolFile.ReadSymbolFile(args[0] + ".mdb");
    var documents = new Dictionary<string, Document>();
    foreach (var type in All(module.Types)) {
      foreach (var method in type.Methods) {
        var entry = symbols.GetMethodByToken(method.MetadataToken.ToInt32());
        if (entry == null || !method.HasBody) continue;
        var instructions = new Dictionary<int, Instruction>();
        foreach (var instruction in method.Body.Instructions) instructions[instruction.Offset] = instruction;
        foreach (var line in entry.GetLineNumberTable().LineNumbers) {
          if (!instructions.ContainsKey(line.Offset)) continue;
          var file = symbols.Sources[line.File - 1].FileName;
          if (!documents.ContainsKey(file)) {
            documents[file] = new Document(file) { Language = DocumentLanguage.CSharp, Type = DocumentType.Text };
            if (args.Length > 2) AddContent(documents[file]);
          }
          var hidden = line.IsHidden;
          method.DebugInformation.SequencePoints.Add(new SequencePoint(instructions[line.Offset], documents[file]) {
            StartLine = hidden ? 0xfeefee : line.Row, EndLine = hidden ? 0xfeefee : line.Row,
            StartColumn = hidden ? 0 : 1, EndColumn = hidden ? 0 : 2 });
        }
      }
    }
    if (args.Length > 2) module.CustomDebugInformations.Add(new SourceLinkDebugInformation(File.ReadAllText(args[2])));
    using (var pdb = new PdbFile(Path.ChangeExtension(args[1], ".pdb"))) {
      module.Write(args[1], new WriterParameters {
        WriteSymbols = true, SymbolStream = pdb, SymbolWriterProvider = new PortablePdbWriterProvider() });
    }
  }
}
