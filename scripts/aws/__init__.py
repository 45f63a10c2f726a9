"""O que se sabe da AWS, como dados: cada tipo do CloudFormation, uma linha."""
