(** A priority queue. *)

open Stdlib

type 'a t

type priority = Low | High of int

(** One entry. *)
type 'a entry = { priority : priority; value : 'a }

exception Empty

(** [push queue value] adds a value. *)
val push : 'a t -> 'a -> unit

val ( >>= ) : 'a option -> ('a -> 'b option) -> 'b option

external clock : unit -> float = "caml_clock"

module type ORDERED = sig
  type t
  val compare : t -> t -> int
end

module Make (Order : ORDERED) : sig
  val empty : Order.t list
end

class counter : int -> object
  method next : int
end
