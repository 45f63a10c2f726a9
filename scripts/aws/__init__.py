"""O que se sabe da AWS, como dados: cada tipo do CloudFormation, uma linha; preços, cotas e links, com data e fonte."""
