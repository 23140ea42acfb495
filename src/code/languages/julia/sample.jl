"""
Shapes and their measures.
"""
module Shapes

using LinearAlgebra
using Statistics: mean, std
import Base: show, +
import JSON as J
export Circle, area

include("helpers.jl")

const TAU = 2pi
default_scale = 1.5

abstract type Shape end
primitive type Handle 32 end

"A circle by its radius."
struct Circle{T<:Real} <: Shape
    center::Vector{T}
    radius::T
    Circle(center, radius) = new{Float64}(center, radius)
end

mutable struct Canvas
    shapes::Vector{Shape}
    name
end

@enum Colour red green blue

"""
    area(shape)

The area of a shape in square units.
"""
function area(circle::Circle)::Float64
    return pi * circle.radius^2
end

function area(canvas::Canvas; scale=default_scale)
    total = sum(area(shape) for shape in canvas.shapes)
    return total * scale
end

perimeter(circle::Circle) = TAU * circle.radius

Base.show(io::IO, circle::Circle) = print(io, "circle of ", circle.radius)

a::Circle + b::Circle = Circle(a.center .+ b.center, a.radius + b.radius)

macro twice(expression)
    return quote
        $(esc(expression))
        $(esc(expression))
    end
end

function draw!(canvas::Canvas, shape::T) where {T<:Shape}
    push!(canvas.shapes, shape)
    @twice println(canvas.name)
end

end
