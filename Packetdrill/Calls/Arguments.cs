// Reads the arguments of a call: numbers, data, room for data, addresses, lengths that go in and come out.

namespace ActorNet.Packetdrill;

/// <summary>The arguments of one line, read by position.</summary>
public sealed class Arguments(SyscallEvent line, Constants constants)
{
    public Constants Constants { get; } = constants;

    public int Count => line.Arguments.Count;

    public Expr this[int i] => i < Count ? line.Arguments[i] : throw new ScriptException(line.At, $"{line.Name} has {Count} arguments; a {i + 1}th is missing");

    /// <summary>Fails unless there are so many.</summary>
    public void Want(int least, int most = -1)
    {
        if (Count < least || Count > Math.Max(least, most))
            throw new ScriptException(line.At, $"{line.Name} takes {(most > least ? $"{least} to {most}" : $"{least}")} arguments, not {Count}");
    }

    /// <summary>Left to the reader: <c>...</c>, or not there.</summary>
    public bool IsOpen(int i) => i >= Count || line.Arguments[i] is Ellipsis or Anything;

    public bool IsNull(int i) => i < Count && line.Arguments[i] is Word { Name: "NULL" };

    public long Long(int i) => Constants.Evaluate(this[i]);

    public long Long(int i, long otherwise) => IsOpen(i) ? otherwise : Long(i);

    /// <summary>A C int: 4294967295 and -1 are the same.</summary>
    public int Int(int i) => unchecked((int)Long(i));

    public int Int(int i, int otherwise) => IsOpen(i) ? otherwise : Int(i);

    /// <summary>Bytes that the call is given: a string, or with <c>...</c> a pattern of its own for each line. The rest of the length is zeroes.</summary>
    public UserMemory Data(int i, int length) => Data(this[i], length);

    /// <inheritdoc cref="Data(int, int)"/>
    public UserMemory Data(Expr e, int length)
    {
        length = Math.Max(0, length);
        switch (e)
        {
            case Word { Name: "NULL" }: return UserMemory.Null;
            case Text t: return new UserMemory(t.Bytes, Math.Max(length, t.Bytes.Length));
            case Ellipsis:
                var m = new UserMemory(length);
                for (int n = 0; n < length; n++) m.Bytes[n] = (byte)((line.At.Line * 31 + n) % 251);
                return m;
            default: throw Wrong(e, "a string, ... or NULL");
        }
    }

    /// <summary>Room for bytes that the call gives: what stands there is what is expected of it.</summary>
    public UserMemory Room(int i, int length) => Room(this[i], length);

    /// <inheritdoc cref="Room(int, int)"/>
    public static UserMemory Room(Expr e, int length) => e is Word { Name: "NULL" } ? UserMemory.Null : new UserMemory([], Math.Max(0, length));

    /// <summary>A socklen_t that goes in and comes out: <c>[16]</c>, or <c>[100, 16]</c> for 100 in and 16 out.</summary>
    public UserMemory Length(int i, int otherwise)
    {
        if (IsNull(i)) return UserMemory.Null;
        if (IsOpen(i)) return UserMemory.OfInt(otherwise);
        return this[i] is ArrayExpr { Items: { Count: 1 or 2 } items }
            ? UserMemory.OfInt(items[0] is Ellipsis ? otherwise : (int)Constants.Evaluate(items[0]))
            : throw Wrong(this[i], "[length], [length in, length out], ... or NULL");
    }

    /// <summary>What a length came out as, in the form that <see cref="Length"/> reads.</summary>
    public static ArrayExpr LengthOut(int before, int after) => before == after ? new ArrayExpr([Expr.Of(after)]) : new ArrayExpr([Expr.Of(before), Expr.Of(after)]);

    /// <summary>A socket address that the call is given. <c>...</c> is 127.0.0.1:8080, or what the stage has: its own to bind, the other one else.</summary>
    public UserMemory Address(int i) => IsOpen(i) ? SockAddrs.Of(line.Name == "bind" ? Constants.UsualLocal : Constants.UsualRemote) : SockAddrs.Read(this[i], Constants);

    /// <summary>The structure that stands there.</summary>
    public StructExpr Struct(int i, string what) => this[i] as StructExpr ?? throw Wrong(this[i], what);

    public ScriptException Wrong(int i, string expected) => Wrong(this[i], expected);

    public static ScriptException Wrong(Expr e, string expected) => new(e.At, $"expected {expected}, found {e}");
}
