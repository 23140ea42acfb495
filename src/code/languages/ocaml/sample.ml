(** A priority queue on a heap. *)

open Printf
module Map = Stdlib.Map

exception Empty of string

type priority = int

(** What stands in the queue. *)
type 'a entry = {
  priority : priority;
  mutable value : 'a;
}

type shape =
  | Circle of float
  | Square

module type ORDERED = sig
  type t
  val compare : t -> t -> int
end

module Heap (Order : ORDERED) = struct
  type t = Order.t list
  let empty = []
  let insert item heap = item :: heap
end

let max_length = 100

(* Adds one entry. *)
let push queue entry =
  if List.length queue >= max_length then raise (Empty "full");
  entry :: queue

let rec drain queue = match queue with
  | [] -> ()
  | first :: rest ->
    printf "%d\n" first.priority;
    first.value <- 0;
    drain rest
and describe = function
  | Circle radius -> sprintf "circle %f" radius
  | Square -> "square"

let ( >>= ) option f = Option.bind option f

external clock : unit -> float = "caml_clock"

class virtual counter start = object (self)
  inherit base start
  val mutable count = start
  method next = count <- count + 1; self#report
  method virtual report : unit
end
