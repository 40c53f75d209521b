// Makes actors from constructors. A constructor is compiled once into a delegate that takes its arguments from an array.

using System.Collections.Concurrent;
using System.Linq.Expressions;
using System.Reflection;
using System.Runtime.ExceptionServices;

namespace ActorNet.Engine.Actor;

internal sealed class ActorFactory
{
    private static readonly ConcurrentDictionary<ConstructorInfo, ActorFactory> s_factories = new();

    private readonly ConstructorInfo _constructor;
    private Func<object?[], ActorBase>? _compiled;
    private int _made;

    private ActorFactory(ConstructorInfo constructor) => _constructor = constructor;

    public Type Type => _constructor.DeclaringType!;

    /// <summary>The factory of <c>new T(…)</c>, and its arguments' values.</summary>
    public static ActorFactory Of(Expression body, out object?[] arguments)
    {
        while (body is UnaryExpression { NodeType: ExpressionType.Convert } cast)
            body = cast.Operand;
        if (body is not NewExpression { Constructor: ConstructorInfo constructor } create)
            throw new InvalidCastException($"Props.Create takes () => new Actor(…), not {body.NodeType}.");
        arguments = create.Arguments.Count == 0 ? [] : new object?[create.Arguments.Count];
        for (int i = 0; i < arguments.Length; i++)
            arguments[i] = Evaluate(create.Arguments[i]);
        return s_factories.GetOrAdd(constructor, static c => new ActorFactory(c));
    }

    /// <summary>The factory of the public constructor that takes these arguments, with its own defaults for those that are missing.</summary>
    public static ActorFactory Of(Type type, object?[] arguments)
    {
        ConstructorInfo? found = null;
        foreach (ConstructorInfo constructor in type.GetConstructors(BindingFlags.Public | BindingFlags.Instance))
        {
            if (!Takes(constructor.GetParameters(), arguments))
                continue;
            if (found is not null && found.GetParameters().Length <= constructor.GetParameters().Length)
                continue;
            found = constructor;
        }
        if (found is null)
            throw new MissingMethodException($"Constructor on type '{type.FullName}' not found for {arguments.Length} argument(s).");
        return s_factories.GetOrAdd(found, static c => new ActorFactory(c));
    }

    private static bool Takes(ParameterInfo[] parameters, object?[] arguments)
    {
        if (arguments.Length > parameters.Length)
            return false;
        for (int i = 0; i < parameters.Length; i++)
        {
            if (i >= arguments.Length)
            {
                if (!parameters[i].HasDefaultValue)
                    return false;
                continue;
            }
            Type wanted = parameters[i].ParameterType;
            object? argument = arguments[i];
            bool fits = argument is null
                ? !wanted.IsValueType || Nullable.GetUnderlyingType(wanted) is not null
                : wanted.IsInstanceOfType(argument);
            if (!fits)
                return false;
        }
        return true;
    }

    public ActorBase Make(object?[] arguments)
    {
        if (_compiled is not null)
            return _compiled(arguments);
        // Compiling pays off only for actors of which there are many.
        if (++_made > 4)
            return (_compiled = Compile())(arguments);
        ParameterInfo[] parameters = _constructor.GetParameters();
        object?[] all = arguments;
        if (arguments.Length < parameters.Length)
        {
            all = new object?[parameters.Length];
            arguments.CopyTo(all, 0);
            for (int i = arguments.Length; i < all.Length; i++)
                all[i] = parameters[i].DefaultValue;
        }
        try
        {
            return (ActorBase)_constructor.Invoke(all);
        }
        catch (TargetInvocationException e) when (e.InnerException is not null)
        {
            ExceptionDispatchInfo.Throw(e.InnerException);
            throw;
        }
    }

    private Func<object?[], ActorBase> Compile()
    {
        ParameterInfo[] parameters = _constructor.GetParameters();
        ParameterExpression values = Expression.Parameter(typeof(object?[]));
        Expression[] arguments = new Expression[parameters.Length];
        for (int i = 0; i < parameters.Length; i++)
        {
            Expression given = Expression.Convert(Expression.ArrayIndex(values, Expression.Constant(i)), parameters[i].ParameterType);
            arguments[i] = parameters[i].HasDefaultValue
                ? Expression.Condition(
                    Expression.LessThan(Expression.Constant(i), Expression.ArrayLength(values)),
                    given,
                    Expression.Convert(Expression.Constant(parameters[i].DefaultValue), parameters[i].ParameterType))
                : given;
        }
        return Expression.Lambda<Func<object?[], ActorBase>>(Expression.New(_constructor, arguments), values).Compile();
    }

    /// <summary>An argument's value: constants and captured variables are read directly, anything else is interpreted.</summary>
    private static object? Evaluate(Expression expression)
    {
        switch (expression)
        {
            case ConstantExpression constant:
                return constant.Value;
            case MemberExpression { Member: FieldInfo field } member:
                return field.GetValue(member.Expression is null ? null : Evaluate(member.Expression));
            case MemberExpression { Member: PropertyInfo property } member when member.Expression is null || !member.Expression.Type.IsValueType:
                return property.GetValue(member.Expression is null ? null : Evaluate(member.Expression));
            case UnaryExpression { NodeType: ExpressionType.Convert } cast when !cast.Type.IsValueType && cast.Method is null:
                return Evaluate(cast.Operand);
            default:
                return Expression.Lambda<Func<object?>>(Expression.Convert(expression, typeof(object))).Compile(preferInterpretation: true)();
        }
    }
}

/// <summary>What the engine wants to know of an actor's type, found out once.</summary>
internal sealed class ActorTypeInfo
{
    private static readonly ConcurrentDictionary<Type, ActorTypeInfo> s_types = new();

    private ActorTypeInfo(Type type)
    {
        MethodInfo around = type.GetMethod("AroundReceive", BindingFlags.Instance | BindingFlags.NonPublic | BindingFlags.Public, [typeof(Receive), typeof(object)])!;
        WrapsReceive = around.DeclaringType != typeof(ActorBase);
    }

    /// <summary>It overrides AroundReceive, which therefore has to be called.</summary>
    public bool WrapsReceive { get; }

    public static ActorTypeInfo Of(Type type) => s_types.GetOrAdd(type, static t => new ActorTypeInfo(t));
}
