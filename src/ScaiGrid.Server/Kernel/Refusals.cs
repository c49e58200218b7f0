namespace ScaiGrid.Server.Kernel;

/// <summary>Answers for arguments that were refused while they were bound, so that no handler has to look.</summary>
internal sealed class Refusals : IEndpointFilter
{
    public ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        foreach (var argument in context.Arguments)
        {
            if (argument is IRefusable { Fault: { } fault })
            {
                return ValueTask.FromResult<object?>(fault.ToResult());
            }
        }

        return next(context);
    }
}
