// SPDX-License-Identifier: Apache-2.0
// Classes, templates, nested functions, delegates and contracts.
module shapes;

import core.stdc.stdio : printf;

interface Shape
{
    double area() const;
}

T square(T)(T x)
{
    return x * x;
}

class Circle : Shape
{
    private double radius;

    this(double radius)
    in (radius >= 0)
    {
        this.radius = radius;
    }

    override double area() const
    {
        return 3.14159 * square(radius);
    }
}

struct Box(T)
{
    T side;

    double area() const
    {
        return square!double(side);
    }

    Box opBinary(string op : "+")(Box other) const
    {
        return Box(cast(T)(side + other.side));
    }
}

double total(const Shape[] list)
{
    double sum = 0;
    void add(const Shape shape)
    {
        sum += shape.area();
        if (sum > 1000)
            sum = 0;
    }

    foreach (shape; list)
        add(shape);
    return sum;
}

int apply(scope int delegate(int) what, int value)
{
    return what(value);
}

void main(string[] args)
{
    const Shape[] list = [new Circle(1), new Circle(args.length)];
    int offset = cast(int) args.length;
    const sum = Box!int(2) + Box!int(offset);
    printf("%f %f %d\n", total(list), sum.area(), apply(x => x + offset, 3));
}
