#import <Foundation/Foundation.h>
#import "Player.h"
@import AVFoundation;

#define MAX_VOLUME 100
#define CLAMP(value) MIN(MAX((value), 0), MAX_VOLUME)

@class Track;

static NSString *const kDefaultName = @"player";

typedef void (^Completion)(BOOL finished);

typedef NS_ENUM(NSInteger, PlayerState) {
  PlayerStateStopped,
  PlayerStatePlaying,
};

typedef struct {
  int low;
  int high;
} Range;

/// Hears what a player does.
@protocol PlayerDelegate <NSObject>
@optional
- (void)playerDidStop:(id)player;
@end

/// Plays one track after the other.
@interface Player : NSObject <PlayerDelegate> {
  int _position;
}
@property (nonatomic, strong) NSArray<Track *> *tracks;
@property (nonatomic, weak) id<PlayerDelegate> delegate;
+ (instancetype)playerWithName:(NSString *)name;
- (void)playTrack:(Track *)track fromPosition:(int)position;
- (void)stop;
@end

@interface Player (Queue)
- (void)enqueue:(Track *)track;
@end

@implementation Player

+ (instancetype)playerWithName:(NSString *)name {
  return [[self alloc] init];
}

- (void)playTrack:(Track *)track fromPosition:(int)position {
  _position = CLAMP(position);
  [track seekTo:position];
  [self.delegate playerDidStop:self];
  NSLog(@"playing %@", track.title);
}

- (void)stop {
  resetAll(self);
}

@end

@implementation Player (Queue)
- (void)enqueue:(Track *)track {
  self.tracks = [self.tracks arrayByAddingObject:track];
}
@end

static void resetAll(Player *player) {
  [player stop];
}
