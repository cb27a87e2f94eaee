-- SPDX-License-Identifier: Apache-2.0
package body Shapes is
   function Square (X : Float) return Float is (X * X);
   pragma Inline (Square);

   function Area (Shape : Circle) return Float is
   begin
      if Shape.Radius > 1_000.0 then
         raise Too_Large;
      end if;
      return Square (Shape.Radius) * 3.141_59;
   end Area;

   function "+" (Left, Right : Circle) return Circle is
   begin
      return (Radius => Left.Radius + Right.Radius);
   end "+";

   package body Sums is
      function Total (Items : List) return Float is
         Sum : Float := 0.0;

         procedure Add (One : Item) is
         begin
            Sum := Sum + Measure (One);
            if Sum > 1.0E6 then
               Sum := 0.0;
            end if;
         end Add;
      begin
         for I in Items'Range loop
            Add (Items (I));
         end loop;
         return Sum;
      end Total;
   end Sums;
end Shapes;
