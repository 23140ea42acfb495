{-# LANGUAGE TypeFamilies #-}
-- | A small store of accounts.
module Bank.Account
  ( Account (..)
  , deposit
  ) where

import qualified Data.Map.Strict as Map
import Data.Maybe (fromMaybe, mapMaybe)
import Control.Monad.State hiding (when)

-- | An amount in cents.
type Amount = Int

newtype Owner = Owner { ownerName :: String }
  deriving (Eq, Show)

-- | One account with its history.
data Account = Account
  { accountId :: Int
  , balance   :: !Amount
  , history   :: [Entry]
  }
  | Closed Int
  deriving stock (Eq)

data Entry where
  Credit :: Amount -> Entry
  Debit :: Amount -> Entry

class Monad m => MonadBank m where
  type Key m
  lookupAccount :: Int -> m (Maybe Account)
  auditName :: m String
  auditName = pure "none"

instance Show Account where
  show account = "account " ++ show (accountId account)

instance MonadBank IO where
  lookupAccount key = pure (Map.lookup key emptyAccounts)

type family Element c where
  Element [a] = a

emptyAccounts :: Map.Map Int Account
emptyAccounts = Map.empty

-- | Adds an amount to the balance.
deposit :: Amount -> Account -> Account
deposit amount account
  | amount < 0 = error "negative"
  | otherwise = account { balance = balance account + amount }
deposit _ closed = closed

infixr 5 <+>
(<+>) :: Account -> Amount -> Account
account <+> amount = deposit amount account

total :: [Account] -> Amount
total accounts = sum (map worth accounts)
  where
    worth (Closed _) = 0
    worth account = fromMaybe 0 (Just (balance account))

pattern Empty :: Account
pattern Empty = Closed 0
