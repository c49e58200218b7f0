namespace ScaiGrid.Flows.Language;

internal enum ArithmeticOperator { Add, Subtract, Multiply, Divide, Remainder }

/// <summary>Arithmetic: exact decimals, and doubles where a decimal has no room.</summary>
internal static class Numbers
{
    /// <summary>Two numbers within these bounds cannot leave decimal's range (7.9e28) in one operation.</summary>
    private const decimal Modest = 1e14m, Smallish = 1e-14m;

    public static char Sign(ArithmeticOperator operation) => operation switch
    {
        ArithmeticOperator.Add => '+',
        ArithmeticOperator.Subtract => '-',
        ArithmeticOperator.Multiply => '*',
        ArithmeticOperator.Divide => '/',
        _ => '%',
    };

    public static bool TryCompute(ref Frame frame, int at, ArithmeticOperator operation, Value left, Value right, out Value value)
    {
        if (operation >= ArithmeticOperator.Divide && !right.IsTruthy)
        {
            return frame.Fail(EvaluationFault.DivisionByZero, "Division by zero.", at, out value);
        }

        if (left.TryGetDecimal(out var a) && right.TryGetDecimal(out var b) && TryExact(operation, a, b, out var exact))
        {
            value = exact;
            return true;
        }

        left.TryGetDouble(out var x);
        right.TryGetDouble(out var y);
        var rounded = Rounded(operation, x, y);
        if (!double.IsFinite(rounded))
        {
            return frame.Fail(EvaluationFault.NumberRange, "The result is too large to be a number.", at, out value);
        }

        value = Value.From(rounded);
        return true;
    }

    /// <summary>Decides before it computes, since an overflow exception costs a thousand times an addition.</summary>
    private static bool TryExact(ArithmeticOperator operation, decimal a, decimal b, out decimal result)
    {
        var magnitude = Math.Abs(b);
        var fits = Math.Abs(a) <= Modest && magnitude <= Modest && (operation != ArithmeticOperator.Divide || magnitude >= Smallish)
            || Math.Abs(Rounded(operation, (double)a, (double)b)) < 7.9e28;
        result = !fits ? 0 : operation switch
        {
            ArithmeticOperator.Add => a + b,
            ArithmeticOperator.Subtract => a - b,
            ArithmeticOperator.Multiply => a * b,
            ArithmeticOperator.Divide => a / b,
            _ => a % b,
        };

        // Next to zero a decimal has lost the digits that a double still has.
        var isBlurred = a != 0 && b != 0 && Math.Abs(result) < 1e-9m && operation is (ArithmeticOperator.Multiply or ArithmeticOperator.Divide);
        return fits && !isBlurred;
    }

    private static double Rounded(ArithmeticOperator operation, double x, double y) => operation switch
    {
        ArithmeticOperator.Add => x + y,
        ArithmeticOperator.Subtract => x - y,
        ArithmeticOperator.Multiply => x * y,
        ArithmeticOperator.Divide => x / y,
        _ => x % y,
    };
}
