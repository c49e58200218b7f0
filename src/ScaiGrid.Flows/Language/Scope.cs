namespace ScaiGrid.Flows.Language;

/// <summary>The names an expression can read. A name that no scope knows reads as <c>null</c>, as a missing member does.</summary>
public abstract class Scope
{
    public static Scope Empty { get; } = From(ObjectValue.Empty);

    /// <summary>What <c>now()</c> answers; null where it is not recorded for replay, and so must not be asked.</summary>
    public virtual DateTimeOffset? Now => null;

    public static Scope From(ObjectValue members, DateTimeOffset? now = null) => new ObjectScope(members, now);

    public abstract bool TryResolve(string name, out Value value);

    /// <summary>A scope in which <paramref name="name"/> hides the one of this scope. Costs one small object.</summary>
    public Scope With(string name, Value value) => new ChildScope(this, name, value);

    private sealed class ObjectScope(ObjectValue members, DateTimeOffset? now) : Scope
    {
        public override DateTimeOffset? Now => now;

        public override bool TryResolve(string name, out Value value) => members.TryGetValue(name, out value);
    }

    private sealed class ChildScope(Scope parent, string name, Value value) : Scope
    {
        public override DateTimeOffset? Now => parent.Now;

        public override bool TryResolve(string wanted, out Value found)
        {
            if (wanted != name)
            {
                return parent.TryResolve(wanted, out found);
            }

            found = value;
            return true;
        }
    }
}
