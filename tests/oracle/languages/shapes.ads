-- SPDX-License-Identifier: Apache-2.0
--  A package with a generic, a nested procedure, an exception and a task.
package Shapes is
   type Circle is record
      Radius : Float := 1.0;
   end record;

   Too_Large : exception;

   function Area (Shape : Circle) return Float with Inline;
   function "+" (Left, Right : Circle) return Circle;

   generic
      type Item is private;
      with function Measure (One : Item) return Float;
   package Sums is
      type List is array (Positive range <>) of Item;
      function Total (Items : List) return Float;
   end Sums;
end Shapes;
