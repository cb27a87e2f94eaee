-- SPDX-License-Identifier: Apache-2.0
with Ada.Text_IO;
with Shapes; use Shapes;

procedure Main is
   package Circles is new Shapes.Sums (Circle, Area);
   All_Of_Them : Circles.List (1 .. 10);
begin
   for I in All_Of_Them'Range loop
      All_Of_Them (I) := (Radius => Float (I)) + (Radius => 0.5);
   end loop;
   Ada.Text_IO.Put_Line (Float'Image (Circles.Total (All_Of_Them)));
exception
   when Too_Large =>
      Ada.Text_IO.Put_Line ("too large");
end Main;
